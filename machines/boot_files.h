/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that the user gives QEMU to boot from. Each function ends QEMU with one
 * line that names option and file if something is wrong with it.
 */
#ifndef BOOT_FILES_H
#define BOOT_FILES_H

G_NORETURN G_GNUC_PRINTF(1, 2)
void boot_refuse(const char *format, ...);

/*
 * An arm64 Linux Image, unpacked if it was compressed with gzip (with or
 * without EFI zboot around it): @size is its length in bytes, @needed how much
 * room it wants at run time. NULL if the file is of ELF format instead.
 */
uint8_t *boot_read_kernel(const char *name, size_t *size, uint64_t *needed);

/* A flattened device tree, whole and well-formed. */
void boot_check_device_tree(const char *name);

/* Any file that is not empty. */
void boot_check_initrd(const char *name);

#endif
