// SPDX-License-Identifier: GPL-2.0
/*
 * Display controller of the i.MX 8M Quad with all of its planes.
 */
#include <drm/clients/drm_client_setup.h>
#include <drm/drm_atomic.h>
#include <drm/drm_atomic_helper.h>
#include <drm/drm_drv.h>
#include <drm/drm_fbdev_dma.h>
#include <drm/drm_gem_dma_helper.h>
#include <drm/drm_gem_framebuffer_helper.h>
#include <drm/drm_managed.h>
#include <drm/drm_modeset_helper.h>
#include <drm/drm_probe_helper.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>

#include "dcss.h"

DEFINE_DRM_GEM_DMA_FOPS(dcss_fops);

static const struct drm_driver dcss_driver = {
	.driver_features = DRIVER_MODESET | DRIVER_GEM | DRIVER_ATOMIC,
	DRM_GEM_DMA_DRIVER_OPS,
	DRM_FBDEV_DMA_DRIVER_OPS,
	.fops = &dcss_fops,
	.name = "imx8mq-dcss-svp",
	.desc = "i.MX8MQ display controller with three planes",
	.major = 1,
};

/* Planes depend on the connector: protected memory may have to be off */
static int dcss_atomic_check(struct drm_device *drm,
			     struct drm_atomic_commit *commit)
{
	struct drm_connector_state *before, *after;
	struct drm_connector *connector;
	struct drm_crtc_state *crtc_state;
	int i, ret;

	for_each_oldnew_connector_in_state(commit, connector, before, after,
					   i) {
		if (before->content_protection == after->content_protection ||
		    !after->crtc)
			continue;
		crtc_state = drm_atomic_get_crtc_state(commit, after->crtc);
		if (IS_ERR(crtc_state))
			return PTR_ERR(crtc_state);
		ret = drm_atomic_add_affected_planes(commit, after->crtc);
		if (ret)
			return ret;
	}
	return drm_atomic_helper_check(drm, commit);
}

static int dcss_atomic_commit(struct drm_device *drm,
			      struct drm_atomic_commit *commit, bool nonblock)
{
	int ret = drm_atomic_helper_commit(drm, commit, nonblock);

	if (!ret)
		dcss_output_changed(to_dcss(drm));
	return ret;
}

static const struct drm_mode_config_funcs mode_config_funcs = {
	.fb_create = drm_gem_fb_create,
	.atomic_check = dcss_atomic_check,
	.atomic_commit = dcss_atomic_commit,
};

/*
 * A list that is queued late is loaded a frame later: not the next vertical
 * blank ends a commit, but the one of the frame that shows it. Until then the
 * hardware reads the old pictures.
 */
static void dcss_commit_tail(struct drm_atomic_commit *commit)
{
	struct drm_device *drm = commit->dev;

	drm_atomic_helper_commit_modeset_disables(drm, commit);
	drm_atomic_helper_commit_modeset_enables(drm, commit);
	drm_atomic_helper_commit_planes(drm, commit,
					DRM_PLANE_COMMIT_ACTIVE_ONLY);
	drm_atomic_helper_fake_vblank(commit);
	drm_atomic_helper_commit_hw_done(commit);
	drm_atomic_helper_wait_for_flip_done(drm, commit);
	drm_atomic_helper_cleanup_planes(drm, commit);
}

static const struct drm_mode_config_helper_funcs mode_config_helpers = {
	.atomic_commit_tail = dcss_commit_tail,
};

static int dcss_mode_config_init(struct dcss *dcss)
{
	struct drm_mode_config *config = &dcss->drm.mode_config;
	int ret = drmm_mode_config_init(&dcss->drm);

	if (ret)
		return ret;
	config->min_width = 8;
	config->min_height = 8;
	config->max_width = DCSS_SIDE_MAX;
	config->max_height = DCSS_SIDE_MAX;
	config->normalize_zpos = true;
	config->funcs = &mode_config_funcs;
	config->helper_private = &mode_config_helpers;
	return 0;
}

static int dcss_clocks_init(struct dcss *dcss)
{
	static const char *const names[] = { "apb", "axi", "rtrm", "dtrc" };
	int i;

	static_assert(ARRAY_SIZE(names) == ARRAY_SIZE(dcss->clocks));
	for (i = 0; i < ARRAY_SIZE(names); i++)
		dcss->clocks[i].id = names[i];
	dcss->pixel_clock = devm_clk_get(dcss->drm.dev, "pix");
	if (IS_ERR(dcss->pixel_clock))
		return PTR_ERR(dcss->pixel_clock);
	return devm_clk_bulk_get(dcss->drm.dev, ARRAY_SIZE(names),
				 dcss->clocks);
}

static int dcss_windows_init(struct dcss *dcss, struct platform_device *pdev)
{
	struct resource *window;

	dcss->registers = devm_platform_get_and_ioremap_resource(pdev, 0,
								 &window);
	if (IS_ERR(dcss->registers))
		return PTR_ERR(dcss->registers);
	dcss->bus_address = window->start;
	dcss->blkctl = devm_platform_ioremap_resource(pdev, 1);
	return PTR_ERR_OR_ZERO(dcss->blkctl);
}

static int dcss_irqs_init(struct dcss *dcss, struct platform_device *pdev)
{
	static const struct {
		const char *name;
		irq_handler_t handler;
	} lines[] = {
		{ "ctxld", dcss_loader_irq },
		{ "ctxld_kick", dcss_load_irq },
		{ "vblank", dcss_vblank_irq },
	};
	int i, irq, ret;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		irq = platform_get_irq_byname(pdev, lines[i].name);
		if (irq < 0)
			return irq;
		ret = devm_request_irq(&pdev->dev, irq, lines[i].handler, 0,
				       dev_name(&pdev->dev), dcss);
		if (ret)
			return ret;
	}
	return 0;
}

static int dcss_runtime_resume(struct device *dev)
{
	struct dcss *dcss = dev_get_drvdata(dev);
	unsigned int channel;
	u32 link;
	int ret;

	ret = clk_bulk_prepare_enable(ARRAY_SIZE(dcss->clocks), dcss->clocks);
	if (ret)
		return ret;
	link = readl(dcss->blkctl + BLKCTL_CONTROL) & BLKCTL_LINK_SECURE;
	writel(BLKCTL_HDMI | link, dcss->blkctl + BLKCTL_CONTROL);
	writel(BLKCTL_RUNNING, dcss->blkctl + BLKCTL_RESET + DCSS_SET);
	dcss_mask_interrupts(dcss, DTG_INT_LOAD | DTG_INT_VBLANK, 0);
	for (channel = 0; channel < DCSS_CHANNELS; channel++)
		dcss_write(dcss, DPR(channel) + DPR_IRQ_MASK, DPR_IRQ_ALL);
	dcss_loader_configure(dcss);
	return 0;
}

static int dcss_runtime_suspend(struct device *dev)
{
	struct dcss *dcss = dev_get_drvdata(dev);

	clk_bulk_disable_unprepare(ARRAY_SIZE(dcss->clocks), dcss->clocks);
	return 0;
}

static int dcss_suspend(struct device *dev)
{
	struct dcss *dcss = dev_get_drvdata(dev);
	int ret = drm_mode_config_helper_suspend(&dcss->drm);

	return ret ?: pm_runtime_force_suspend(dev);
}

static int dcss_resume(struct device *dev)
{
	struct dcss *dcss = dev_get_drvdata(dev);
	int ret = pm_runtime_force_resume(dev);

	return ret ?: drm_mode_config_helper_resume(&dcss->drm);
}

static int dcss_kms_init(struct dcss *dcss)
{
	int ret = dcss_mode_config_init(dcss);

	if (!ret)
		ret = dcss_planes_init(dcss);
	if (!ret)
		ret = dcss_crtc_init(dcss);
	if (!ret)
		ret = dcss_output_init(dcss);
	return ret;
}

static int dcss_probe(struct platform_device *pdev)
{
	struct dcss *dcss;
	int ret;

	dcss = devm_drm_dev_alloc(&pdev->dev, &dcss_driver, struct dcss, drm);
	if (IS_ERR(dcss))
		return PTR_ERR(dcss);
	platform_set_drvdata(pdev, dcss);
	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(32));
	if (!ret)
		ret = dcss_windows_init(dcss, pdev);
	if (!ret)
		ret = dcss_clocks_init(dcss);
	if (!ret)
		ret = dcss_loader_init(dcss);
	if (!ret)
		ret = devm_pm_runtime_enable(&pdev->dev);
	if (ret)
		return dev_err_probe(&pdev->dev, ret, "no resources\n");

	/* Interrupts that firmware left on are off before anybody hears them */
	ret = pm_runtime_resume_and_get(&pdev->dev);
	if (ret)
		return ret;
	ret = dcss_irqs_init(dcss, pdev);
	pm_runtime_put(&pdev->dev);
	if (!ret)
		ret = dcss_kms_init(dcss);
	if (ret)
		return dev_err_probe(&pdev->dev, ret, "no display\n");

	drm_mode_config_reset(&dcss->drm);
	drm_kms_helper_poll_init(&dcss->drm);
	ret = drm_dev_register(&dcss->drm, 0);
	if (ret) {
		drm_kms_helper_poll_fini(&dcss->drm);
		return ret;
	}
	drm_client_setup(&dcss->drm, NULL);
	return 0;
}

static void dcss_remove(struct platform_device *pdev)
{
	struct dcss *dcss = platform_get_drvdata(pdev);

	drm_dev_unplug(&dcss->drm);
	drm_kms_helper_poll_fini(&dcss->drm);
	cancel_delayed_work_sync(&dcss->protection);
	drm_atomic_helper_shutdown(&dcss->drm);
}

static void dcss_shutdown(struct platform_device *pdev)
{
	struct dcss *dcss = platform_get_drvdata(pdev);

	drm_atomic_helper_shutdown(&dcss->drm);
}

static const struct dev_pm_ops dcss_pm_ops = {
	RUNTIME_PM_OPS(dcss_runtime_suspend, dcss_runtime_resume, NULL)
	SYSTEM_SLEEP_PM_OPS(dcss_suspend, dcss_resume)
};

static const struct of_device_id dcss_of_match[] = {
	{ .compatible = "nxp,imx8mq-dcss" },
	{}
};
MODULE_DEVICE_TABLE(of, dcss_of_match);

static struct platform_driver dcss_platform_driver = {
	.probe = dcss_probe,
	.remove = dcss_remove,
	.shutdown = dcss_shutdown,
	.driver = {
		.name = "imx8mq-dcss-svp",
		.of_match_table = dcss_of_match,
		.pm = pm_ptr(&dcss_pm_ops),
	},
};
module_platform_driver(dcss_platform_driver);

MODULE_DESCRIPTION("Display controller of the i.MX 8M Quad, three planes");
MODULE_LICENSE("GPL");
