/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reserved memory from /proc/device-tree. Cells are 32-bit big-endian
 * (Devicetree Specification 0.4, 2.3.5 and 3.5).
 */
#include "tree.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOT "/proc/device-tree/reserved-memory"
#define HEAP_COMPATIBLE "linaro,secure-heap"

enum { PATH_SIZE = 512, PROPERTY_SIZE = 256 };

/* Returns the length of the property, -1 when there is none. */
static int read_property(const char *node, const char *name, void *buffer,
			 size_t size)
{
	char path[PATH_SIZE];
	size_t length;
	FILE *file;

	if (snprintf(path, sizeof(path), "%s/%s", node, name) >=
	    (int)sizeof(path))
		return -1;
	file = fopen(path, "rb");
	if (!file)
		return -1;
	length = fread(buffer, 1, size, file);
	fclose(file);
	return (int)length;
}

static uint64_t read_cells(const unsigned char *bytes, unsigned int cells)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < 4 * cells; i++)
		value = value << 8 | bytes[i];
	return value;
}

/* #address-cells or #size-cells; 0 when missing or not 1 or 2. */
static unsigned int cell_count(const char *name)
{
	unsigned char bytes[4];
	uint64_t cells;

	if (read_property(ROOT, name, bytes, sizeof(bytes)) != sizeof(bytes))
		return 0;
	cells = read_cells(bytes, 1);
	return cells == 1 || cells == 2 ? (unsigned int)cells : 0;
}

static bool has_compatible(const char *node, const char *wanted)
{
	char list[PROPERTY_SIZE] = "";
	int length = read_property(node, "compatible", list, sizeof(list) - 1);

	for (int i = 0; i < length; i += (int)strlen(list + i) + 1)
		if (strcmp(list + i, wanted) == 0)
			return true;
	return false;
}

static bool read_region(const char *name, unsigned int address_cells,
			unsigned int size_cells, struct region *region)
{
	unsigned char reg[16];
	int wanted = (int)(4 * (address_cells + size_cells));
	char node[PATH_SIZE];

	snprintf(node, sizeof(node), ROOT "/%s", name);
	if (strlen(name) >= REGION_NAME_SIZE ||
	    read_property(node, "reg", reg, (size_t)wanted) != wanted)
		return false;

	memset(region, 0, sizeof(*region));
	strcpy(region->node, name);
	if (read_property(node, "label", region->label,
			  sizeof(region->label) - 1) <= 0)
		strcpy(region->label, name);
	region->base = read_cells(reg, address_cells);
	region->size = read_cells(reg + 4 * address_cells, size_cells);
	region->heap = has_compatible(node, HEAP_COMPATIBLE);
	return region->size != 0;
}

static int by_base(const void *left, const void *right)
{
	const struct region *a = left, *b = right;

	return a->base < b->base ? -1 : a->base > b->base;
}

int tree_regions(struct region *regions, size_t max)
{
	unsigned int address_cells = cell_count("#address-cells");
	unsigned int size_cells = cell_count("#size-cells");
	DIR *directory = opendir(ROOT);
	struct dirent *entry;
	size_t count = 0;

	if (!directory)
		return -1;
	if (!address_cells || !size_cells) {
		closedir(directory);
		return -1;
	}
	while (count < max && (entry = readdir(directory)) != NULL)
		if (entry->d_name[0] != '.' &&
		    read_region(entry->d_name, address_cells, size_cells,
				&regions[count]))
			count++;
	closedir(directory);
	qsort(regions, count, sizeof(*regions), by_base);
	return (int)count;
}

const struct region *tree_find(const struct region *regions, int count,
			       const char *prefix, uint64_t from)
{
	for (int i = 0; i < count; i++)
		if (strncmp(regions[i].node, prefix, strlen(prefix)) == 0 &&
		    regions[i].base + regions[i].size > from)
			return &regions[i];
	return NULL;
}
