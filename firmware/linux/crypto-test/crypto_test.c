// SPDX-License-Identifier: GPL-2.0
/*
 * Test aid for drivers of the crypto API, root only and of no other use: runs
 * one operation of the driver that a program names, on the program's data.
 *
 * Data lies in scatterlists of as many entries as the program asks for, each
 * in memory of its own, so that a driver has to walk them.
 *
 * Copyright (C) 2026 The svp authors
 */

#include <crypto/aead.h>
#include <crypto/akcipher.h>
#include <crypto/hash.h>
#include <crypto/skcipher.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "crypto_test.h"

/**
 * struct pieces - data that is spread over memory
 * @list:	its scatterlist
 * @count:	entries in it
 * @size:	bytes in all
 */
struct pieces {
	struct scatterlist *list;
	unsigned int count;
	unsigned int size;
};

/**
 * struct work - a job with its data inside the kernel
 * @job:	what the program asks for
 * @key:	copy of the key
 * @iv:		copy of the initial vector
 * @linear:	associated data and input, then the output
 * @source:	associated data and input
 * @target:	associated data and output; the same entries when in place
 * @wait:	for a driver that completes later
 */
struct work {
	struct crypto_test_job job;
	u8 *key;
	u8 *iv;
	u8 *linear;
	struct pieces source;
	struct pieces target;
	struct crypto_wait wait;
};

static void pieces_free(struct pieces *pieces)
{
	unsigned int i;

	for (i = 0; i < pieces->count; i++)
		kfree_sensitive(sg_virt(&pieces->list[i]));
	kfree(pieces->list);
	*pieces = (struct pieces){};
}

static int pieces_allocate(struct pieces *pieces, unsigned int size,
			   unsigned int entry_size)
{
	unsigned int entry = entry_size ?: max(size, 1U);
	unsigned int count = max(DIV_ROUND_UP(size, entry), 1U);
	unsigned int left = size;
	unsigned int i;

	if (count > CRYPTO_TEST_ENTRIES_MAX)
		return -EINVAL;

	pieces->list = kcalloc(count, sizeof(*pieces->list), GFP_KERNEL);
	if (!pieces->list)
		return -ENOMEM;

	sg_init_table(pieces->list, count);
	for (i = 0; i < count; i++) {
		unsigned int part = min(left, entry);
		void *memory = kzalloc(max(part, 1U), GFP_KERNEL);

		if (!memory) {
			pieces_free(pieces);
			return -ENOMEM;
		}
		sg_set_buf(&pieces->list[i], memory, part);
		pieces->count++;
		left -= part;
	}
	pieces->size = size;

	return 0;
}

static void *copy_in(u64 address, unsigned int size)
{
	return memdup_user(u64_to_user_ptr(address), size);
}

static void work_free(struct work *work)
{
	pieces_free(&work->source);
	pieces_free(&work->target);
	kfree_sensitive(work->key);
	kfree_sensitive(work->iv);
	kfree_sensitive(work->linear);
	kfree(work);
}

static int work_copy(struct work *work)
{
	struct crypto_test_job *job = &work->job;
	u8 *copy;

	copy = copy_in(job->key, job->key_size);
	if (IS_ERR(copy))
		return PTR_ERR(copy);
	work->key = copy;

	copy = copy_in(job->iv, job->iv_size);
	if (IS_ERR(copy))
		return PTR_ERR(copy);
	work->iv = copy;

	work->linear = kzalloc(job->assoc_size +
			       max(job->input_size, job->output_size),
			       GFP_KERNEL);
	if (!work->linear)
		return -ENOMEM;

	if (copy_from_user(work->linear, u64_to_user_ptr(job->assoc),
			   job->assoc_size) ||
	    copy_from_user(work->linear + job->assoc_size,
			   u64_to_user_ptr(job->input), job->input_size))
		return -EFAULT;

	return 0;
}

static int work_lists(struct work *work)
{
	struct crypto_test_job *job = &work->job;
	unsigned int in = job->assoc_size + job->input_size;
	unsigned int out = job->assoc_size + job->output_size;
	int ret;

	/* In place, one list has room for the longer of both */
	if (job->flags & CRYPTO_TEST_IN_PLACE)
		in = max(in, out);
	ret = pieces_allocate(&work->source, in, job->entry_size);
	if (ret)
		return ret;

	sg_copy_from_buffer(work->source.list, work->source.count, work->linear,
			    job->assoc_size + job->input_size);
	if (job->flags & CRYPTO_TEST_IN_PLACE)
		return 0;

	return pieces_allocate(&work->target, out, job->entry_size);
}

static struct scatterlist *work_output(struct work *work)
{
	return work->job.flags & CRYPTO_TEST_IN_PLACE ? work->source.list :
							work->target.list;
}

/* Moves the result from the scatterlist to where hashes have theirs */
static void work_gather(struct work *work)
{
	struct crypto_test_job *job = &work->job;
	struct pieces *from = job->flags & CRYPTO_TEST_IN_PLACE ?
				      &work->source : &work->target;

	sg_pcopy_to_buffer(from->list, from->count, work->linear,
			   job->output_size, job->assoc_size);
}

static int run_skcipher(struct work *work)
{
	struct crypto_test_job *job = &work->job;
	struct skcipher_request *request;
	struct crypto_skcipher *cipher;
	int ret = -EINVAL;

	cipher = crypto_alloc_skcipher(job->driver, 0, 0);
	if (IS_ERR(cipher))
		return PTR_ERR(cipher);

	if (job->iv_size != crypto_skcipher_ivsize(cipher) ||
	    job->input_size != job->output_size || job->assoc_size)
		goto free_cipher;

	ret = -ENOMEM;
	request = skcipher_request_alloc(cipher, GFP_KERNEL);
	if (!request)
		goto free_cipher;

	ret = 0;
	job->result = crypto_skcipher_setkey(cipher, work->key, job->key_size);
	if (job->result)
		goto free_request;

	skcipher_request_set_callback(request, CRYPTO_TFM_REQ_MAY_BACKLOG |
				      CRYPTO_TFM_REQ_MAY_SLEEP,
				      crypto_req_done, &work->wait);
	skcipher_request_set_crypt(request, work->source.list,
				   work_output(work), job->input_size,
				   work->iv);
	job->result = crypto_wait_req(job->flags & CRYPTO_TEST_DECRYPT ?
				      crypto_skcipher_decrypt(request) :
				      crypto_skcipher_encrypt(request),
				      &work->wait);
	work_gather(work);

free_request:
	skcipher_request_free(request);
free_cipher:
	crypto_free_skcipher(cipher);
	return ret;
}

static int run_aead(struct work *work)
{
	struct crypto_test_job *job = &work->job;
	bool decrypt = job->flags & CRYPTO_TEST_DECRYPT;
	unsigned int longer = decrypt ? job->input_size : job->output_size;
	unsigned int shorter = decrypt ? job->output_size : job->input_size;
	struct aead_request *request;
	struct crypto_aead *cipher;
	int ret = -EINVAL;

	cipher = crypto_alloc_aead(job->driver, 0, 0);
	if (IS_ERR(cipher))
		return PTR_ERR(cipher);

	/* A driver that makes its own vector puts it in front of the result */
	if (job->iv_size != crypto_aead_ivsize(cipher) ||
	    longer < shorter || longer - shorter < job->auth_size)
		goto free_cipher;

	ret = -ENOMEM;
	request = aead_request_alloc(cipher, GFP_KERNEL);
	if (!request)
		goto free_cipher;

	ret = 0;
	job->result = crypto_aead_setkey(cipher, work->key, job->key_size);
	if (!job->result)
		job->result = crypto_aead_setauthsize(cipher, job->auth_size);
	if (job->result)
		goto free_request;

	aead_request_set_callback(request, CRYPTO_TFM_REQ_MAY_BACKLOG |
				  CRYPTO_TFM_REQ_MAY_SLEEP,
				  crypto_req_done, &work->wait);
	aead_request_set_ad(request, job->assoc_size);
	aead_request_set_crypt(request, work->source.list, work_output(work),
			       job->input_size, work->iv);
	job->result = crypto_wait_req(decrypt ? crypto_aead_decrypt(request) :
						crypto_aead_encrypt(request),
				      &work->wait);
	work_gather(work);

free_request:
	aead_request_free(request);
free_cipher:
	crypto_free_aead(cipher);
	return ret;
}

static int hash_in_steps(struct work *work, struct ahash_request *request)
{
	struct scatterlist *entry = work->source.list;
	unsigned int i;
	int ret;

	ret = crypto_wait_req(crypto_ahash_init(request), &work->wait);
	for (i = 0; i < work->source.count && !ret; i++, entry++) {
		ahash_request_set_crypt(request, entry, NULL, entry->length);
		ret = crypto_wait_req(crypto_ahash_update(request),
				      &work->wait);
	}
	if (ret)
		return ret;

	/* Without an update, CAAM's driver wants a list even for no data */
	ahash_request_set_crypt(request, work->source.list, work->linear, 0);

	return crypto_wait_req(crypto_ahash_final(request), &work->wait);
}

static int run_hash(struct work *work)
{
	struct crypto_test_job *job = &work->job;
	struct ahash_request *request;
	struct crypto_ahash *hash;
	int ret = -EINVAL;

	hash = crypto_alloc_ahash(job->driver, 0, 0);
	if (IS_ERR(hash))
		return PTR_ERR(hash);

	if (job->output_size != crypto_ahash_digestsize(hash) ||
	    job->assoc_size || job->iv_size)
		goto free_hash;

	ret = -ENOMEM;
	request = ahash_request_alloc(hash, GFP_KERNEL);
	if (!request)
		goto free_hash;

	ret = 0;
	job->result = job->key_size ?
		crypto_ahash_setkey(hash, work->key, job->key_size) : 0;
	if (job->result)
		goto free_request;

	ahash_request_set_callback(request, CRYPTO_TFM_REQ_MAY_BACKLOG |
				   CRYPTO_TFM_REQ_MAY_SLEEP,
				   crypto_req_done, &work->wait);
	if (job->flags & CRYPTO_TEST_STEPS) {
		job->result = hash_in_steps(work, request);
	} else {
		ahash_request_set_crypt(request, work->source.list,
					work->linear, job->input_size);
		job->result = crypto_wait_req(crypto_ahash_digest(request),
					      &work->wait);
	}

free_request:
	ahash_request_free(request);
free_hash:
	crypto_free_ahash(hash);
	return ret;
}

static int run_akcipher(struct work *work)
{
	struct crypto_test_job *job = &work->job;
	bool private = job->flags & CRYPTO_TEST_DECRYPT;
	struct akcipher_request *request;
	struct crypto_akcipher *cipher;
	int ret = -EINVAL;

	if (job->assoc_size || job->iv_size)
		return ret;

	cipher = crypto_alloc_akcipher(job->driver, 0, 0);
	if (IS_ERR(cipher))
		return PTR_ERR(cipher);

	ret = -ENOMEM;
	request = akcipher_request_alloc(cipher, GFP_KERNEL);
	if (!request)
		goto free_cipher;

	ret = 0;
	job->result = private ?
		crypto_akcipher_set_priv_key(cipher, work->key, job->key_size) :
		crypto_akcipher_set_pub_key(cipher, work->key, job->key_size);
	if (job->result)
		goto free_request;

	akcipher_request_set_callback(request, CRYPTO_TFM_REQ_MAY_BACKLOG |
				      CRYPTO_TFM_REQ_MAY_SLEEP,
				      crypto_req_done, &work->wait);
	akcipher_request_set_crypt(request, work->source.list,
				   work_output(work), job->input_size,
				   job->output_size);
	job->result = crypto_wait_req(private ?
				      crypto_akcipher_decrypt(request) :
				      crypto_akcipher_encrypt(request),
				      &work->wait);
	if (!job->result)
		job->output_size = min(request->dst_len, job->output_size);
	work_gather(work);

free_request:
	akcipher_request_free(request);
free_cipher:
	crypto_free_akcipher(cipher);
	return ret;
}

static int (*const runners[])(struct work *work) = {
	[CRYPTO_TEST_SKCIPHER] = run_skcipher,
	[CRYPTO_TEST_AEAD] = run_aead,
	[CRYPTO_TEST_HASH] = run_hash,
	[CRYPTO_TEST_AKCIPHER] = run_akcipher,
};

static bool job_is_sane(const struct crypto_test_job *job)
{
	return strnlen(job->driver, sizeof(job->driver)) <
		       sizeof(job->driver) &&
	       job->kind < ARRAY_SIZE(runners) &&
	       job->key_size <= CRYPTO_TEST_BYTES_MAX &&
	       job->iv_size <= CRYPTO_TEST_BYTES_MAX &&
	       job->assoc_size <= CRYPTO_TEST_BYTES_MAX &&
	       job->input_size <= CRYPTO_TEST_BYTES_MAX &&
	       job->output_size <= CRYPTO_TEST_BYTES_MAX;
}

static int run_job(struct work *work, struct crypto_test_job __user *user)
{
	struct crypto_test_job *job = &work->job;
	bool chained = job->kind == CRYPTO_TEST_SKCIPHER && job->iv_size;
	u8 *output;
	int ret;

	ret = work_copy(work);
	if (ret)
		return ret;

	ret = work_lists(work);
	if (ret)
		return ret;

	crypto_init_wait(&work->wait);
	ret = runners[job->kind](work);
	if (ret)
		return ret;

	output = work->linear;
	if (copy_to_user(u64_to_user_ptr(job->output), output,
			 job->output_size) ||
	    (chained && copy_to_user(u64_to_user_ptr(job->iv), work->iv,
				     job->iv_size)) ||
	    copy_to_user(user, job, sizeof(*job)))
		return -EFAULT;

	return 0;
}

static long test_ioctl(struct file *file, unsigned int command,
		       unsigned long argument)
{
	void __user *user = (void __user *)argument;
	struct work *work;
	int ret;

	if (command != CRYPTO_TEST_RUN)
		return -ENOTTY;

	work = kzalloc_obj(*work);
	if (!work)
		return -ENOMEM;

	if (copy_from_user(&work->job, user, sizeof(work->job)))
		ret = -EFAULT;
	else if (!job_is_sane(&work->job))
		ret = -EINVAL;
	else
		ret = run_job(work, user);
	work_free(work);

	return ret;
}

static const struct file_operations test_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = test_ioctl,
};

static struct miscdevice test_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = KBUILD_MODNAME,
	.fops = &test_fops,
	.mode = 0600,
};
module_misc_device(test_device);

MODULE_DESCRIPTION("Runs operations of drivers of the crypto API for tests");
MODULE_LICENSE("GPL");
