/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of the files to boot from, before QEMU's loaders see them: those print
 * several lines, name no file, or start what cannot run.
 *
 * Reference: Linux Documentation/arch/arm64/booting.rst (Image) and
 * drivers/firmware/efi/libstub/zboot-header.S (EFI zboot).
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/error-report.h"
#include "qemu/units.h"
#include <libfdt.h>
#include <zlib.h>
#include "boot_files.h"

#define IMAGE_MAX (256 * MiB) /* unpacked; more than QEMU's loaders take */

#define IMAGE_SIZE_OFFSET 16 /* of image_size, 64 bits */
#define IMAGE_MAGIC "ARM\x64"
#define IMAGE_MAGIC_OFFSET 56
#define IMAGE_HEADER_SIZE 64

#define ZBOOT_MAGIC "zimg"
#define ZBOOT_MAGIC_OFFSET 4
#define ZBOOT_PAYLOAD_OFFSET 8 /* offset and size of the payload, 32 bits each */
#define ZBOOT_COMPRESSION_OFFSET 24
#define ZBOOT_COMPRESSION_SIZE 32

void boot_refuse(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    error_vreport(format, args);
    va_end(args);
    exit(1);
}

static uint8_t *read_file(const char *option, const char *name, size_t *size)
{
    g_autoptr(GError) error = NULL;
    struct stat info;
    char *content;

    if (stat(name, &info) < 0) {
        boot_refuse("%s %s: %s", option, name, strerror(errno));
    }
    if (!S_ISREG(info.st_mode)) {
        boot_refuse("%s %s: not a file", option, name);
    }
    if (!info.st_size) {
        boot_refuse("%s %s: the file is empty", option, name);
    }
    if (!g_file_get_contents(name, &content, size, &error)) {
        boot_refuse("%s: %s", option, error->message);
    }
    return (uint8_t *)content;
}

/*
 * What is in a gzip stream; NULL if it is damaged or has more than IMAGE_MAX.
 */
static uint8_t *unpack(const uint8_t *packed, size_t packed_size, size_t *size)
{
    g_autofree uint8_t *image = g_malloc(IMAGE_MAX);
    z_stream stream = {
        .next_in = (uint8_t *)packed,
        .avail_in = packed_size,
        .next_out = image,
        .avail_out = IMAGE_MAX,
    };
    int result;

    if (inflateInit2(&stream, MAX_WBITS | 16) != Z_OK) {
        return NULL;
    }
    result = inflate(&stream, Z_FINISH);
    *size = stream.total_out;
    inflateEnd(&stream);
    if (result != Z_STREAM_END) {
        return NULL;
    }
    return g_realloc(g_steal_pointer(&image), MAX(*size, 1));
}

static uint8_t *unpack_zboot(const char *name, const uint8_t *file,
                             size_t file_size, size_t *size)
{
    const char *compression = (const char *)file + ZBOOT_COMPRESSION_OFFSET;
    uint64_t offset = ldl_le_p(file + ZBOOT_PAYLOAD_OFFSET);
    uint64_t length = ldl_le_p(file + ZBOOT_PAYLOAD_OFFSET + 4);

    if (strncmp(compression, "gzip", ZBOOT_COMPRESSION_SIZE)) {
        boot_refuse("-kernel %s: an EFI zboot image compressed with '%.*s', "
                    "only gzip can be unpacked", name, ZBOOT_COMPRESSION_SIZE,
                    compression);
    }
    if (offset + length > file_size) {
        boot_refuse("-kernel %s: an EFI zboot image whose end is missing",
                    name);
    }
    return unpack(file + offset, length, size);
}

uint8_t *boot_read_kernel(const char *name, size_t *size, uint64_t *needed)
{
    size_t file_size;
    g_autofree uint8_t *file = read_file("-kernel", name, &file_size);
    g_autofree uint8_t *image = NULL;

    if (file_size >= IMAGE_HEADER_SIZE && !memcmp(file, "\x7f" "ELF", 4)) {
        return NULL;
    }
    if (file_size >= IMAGE_HEADER_SIZE && !memcmp(file, "MZ", 2) &&
        !memcmp(file + ZBOOT_MAGIC_OFFSET, ZBOOT_MAGIC, 4)) {
        image = unpack_zboot(name, file, file_size, size);
    } else if (file_size >= IMAGE_HEADER_SIZE &&
               !memcmp(file, "\x1f\x8b", 2)) {
        image = unpack(file, file_size, size);
    } else {
        *size = file_size;
        image = g_steal_pointer(&file);
    }
    if (!image) {
        boot_refuse("-kernel %s: damaged, or more than %d MiB when unpacked",
                    name, (int)(IMAGE_MAX / MiB));
    }
    if (*size < IMAGE_HEADER_SIZE ||
        memcmp(image + IMAGE_MAGIC_OFFSET, IMAGE_MAGIC, 4)) {
        boot_refuse("-kernel %s: not an arm64 Linux Image (raw or gzip) nor an "
                    "ELF file", name);
    }
    *needed = MAX(*size, ldq_le_p(image + IMAGE_SIZE_OFFSET));
    return g_steal_pointer(&image);
}

void boot_check_device_tree(const char *name)
{
    size_t size;
    g_autofree uint8_t *tree = read_file("-dtb", name, &size);
    int problem = size < sizeof(struct fdt_header) ? -FDT_ERR_TRUNCATED :
                                                     fdt_check_full(tree, size);

    if (problem) {
        boot_refuse("-dtb %s: not a device tree blob, or damaged (%s)", name,
                    fdt_strerror(problem));
    }
}

void boot_check_initrd(const char *name)
{
    size_t size;

    g_free(read_file("-initrd", name, &size));
}
