// SPDX-License-Identifier: GPL-2.0-or-later
#include "tree.h"

#define MAGIC		0xd00dfeed
#define BEGIN_NODE	1
#define END_NODE	2
#define PROPERTY	3
#define NOTHING		4
#define HEADER_BYTES	40
#define MAX_DEPTH	16
#define PAGE_MASK	0xfffull

/* The blob: structure block and strings, both inside of it */
struct tree {
	const uint8_t *structure;
	uint32_t structure_bytes;
	const char *strings;
	uint32_t strings_bytes;
};

struct property {
	const uint8_t *value;
	uint32_t bytes;
};

/* A node on the way to where the reader is */
struct node {
	const char *name;
	struct property reg;
	struct property compatible;
	struct property status;
	struct property policy;
	uint32_t address_cells;	/* of its children */
	uint32_t size_cells;
};

static uint32_t word(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	       (uint32_t)at[2] << 8 | at[3];
}

static bool same(const char *text, const char *other)
{
	while (*text && *text == *other) {
		text++;
		other++;
	}

	return *text == *other;
}

/* A node's name is @name, whatever its unit address */
static bool is_called(const char *text, const char *name)
{
	while (*name && *text == *name) {
		text++;
		name++;
	}

	return !*name && (!*text || *text == '@');
}

/* One of the strings of a property */
static bool has(const struct property *property, const char *wanted)
{
	uint32_t at = 0;

	while (at < property->bytes) {
		uint32_t begin = at;

		while (at < property->bytes && property->value[at])
			at++;
		if (at == property->bytes)
			return false;
		if (same((const char *)property->value + begin, wanted))
			return true;
		at++;
	}

	return false;
}

static bool is_enabled(const struct node *node)
{
	return !node->status.value || has(&node->status, "okay") ||
	       has(&node->status, "ok");
}

bool ranges_add(struct ranges *ranges, uint64_t base, uint64_t end)
{
	if (ranges->count == MAX_RANGES)
		return false;
	ranges->list[ranges->count++] = (struct range){ base, end };

	return true;
}

static uint64_t number(const uint8_t *cells, uint32_t count)
{
	uint64_t value = 0;

	for (uint32_t n = 0; n < count; n++)
		value = value << 32 | word(cells + 4 * n);

	return value;
}

/* All entries of a node's reg, as its parent counts them; @mask: to whole pages */
static bool add_reg(struct ranges *ranges, const struct node *node,
		    const struct node *parent, uint64_t mask)
{
	uint32_t cells = parent->address_cells + parent->size_cells;

	if (parent->address_cells > 2 || parent->size_cells > 2 || !cells)
		return false;
	for (uint32_t at = 0; at + 4 * cells <= node->reg.bytes;
	     at += 4 * cells) {
		const uint8_t *entry = node->reg.value + at;
		uint64_t base = number(entry, parent->address_cells);
		uint64_t size = number(entry + 4 * parent->address_cells,
				       parent->size_cells);
		uint64_t end = base + size;

		if (end < base || end + mask < end)
			return false;
		if (size && !ranges_add(ranges, base & ~mask,
					(end + mask) & ~mask))
			return false;
	}

	return true;
}

/* A node with all its properties, the root at depth 0 */
static bool look(const struct node *nodes, unsigned int depth,
		 struct memory_layout *layout)
{
	const struct node *node = nodes + depth;
	const struct node *parent = nodes + depth - 1;

	if (depth == 1 && is_called(node->name, "secure-chosen"))
		layout->wanted |= has(&node->policy, "stage2");
	if (depth == 1 && is_called(node->name, "memory"))
		return add_reg(&layout->memory, node, parent, 0);
	if (depth == 2 && is_called(parent->name, "reserved-memory") &&
	    is_enabled(node) && (has(&node->compatible, "linaro,secure-heap") ||
				 is_called(node->name, "optee_core")))
		return add_reg(&layout->withheld, node, parent, PAGE_MASK);

	return true;
}

static void keep(struct node *node, const char *name,
		 const struct property *property)
{
	if (same(name, "reg"))
		node->reg = *property;
	else if (same(name, "compatible"))
		node->compatible = *property;
	else if (same(name, "status"))
		node->status = *property;
	else if (same(name, "svp,policy"))
		node->policy = *property;
	else if (same(name, "#address-cells") && property->bytes == 4)
		node->address_cells = word(property->value);
	else if (same(name, "#size-cells") && property->bytes == 4)
		node->size_cells = word(property->value);
}

/* Header of the blob; false unless all that it names lies inside */
static bool open_tree(const uint8_t *blob, uint32_t limit, struct tree *tree)
{
	uint32_t total = word(blob + 4);
	uint32_t structure = word(blob + 8);
	uint32_t strings = word(blob + 12);

	if (word(blob) != MAGIC || total > limit || total < HEADER_BYTES)
		return false;
	tree->strings_bytes = word(blob + 32);
	tree->structure_bytes = word(blob + 36);
	tree->structure = blob + structure;
	tree->strings = (const char *)blob + strings;

	return structure <= total && tree->structure_bytes <= total - structure &&
	       strings <= total && tree->strings_bytes <= total - strings &&
	       tree->strings_bytes && !(structure & 3) &&
	       !tree->strings[tree->strings_bytes - 1];
}

/* Where a name that begins at @at ends, as a place of a token; 0: nowhere */
static uint32_t behind_name(const struct tree *tree, uint32_t at)
{
	while (at < tree->structure_bytes && tree->structure[at])
		at++;

	return at < tree->structure_bytes ? (at + 4) & ~3u : 0;
}

/* The property whose head is at @at, for a node; where the next token is, 0: none */
static uint32_t read_property(const struct tree *tree, uint32_t at,
			      struct node *node)
{
	struct property property;
	uint32_t name;

	if (tree->structure_bytes - at < 8)
		return 0;
	property.bytes = word(tree->structure + at);
	name = word(tree->structure + at + 4);
	property.value = tree->structure + at + 8;
	if (property.bytes > tree->structure_bytes - at - 8 ||
	    name >= tree->strings_bytes)
		return 0;
	keep(node, tree->strings + name, &property);

	return (at + 8 + property.bytes + 3) & ~3u;
}

static bool walk(const struct tree *tree, struct memory_layout *layout)
{
	struct node nodes[MAX_DEPTH];
	unsigned int count = 0;	/* of nodes that have begun */
	bool looked = true;	/* at the last one of them */
	bool room = true;	/* for all ranges so far */
	uint32_t at = 0;

	while (at + 4 <= tree->structure_bytes) {
		uint32_t token = word(tree->structure + at);

		at += 4;
		/* The policy may come later: it has to be found whatever is wrong */
		if ((token == BEGIN_NODE || token == END_NODE) && !looked)
			room &= look(nodes, count - 1, layout);
		if (token == BEGIN_NODE) {
			if (count == MAX_DEPTH)
				return false;
			nodes[count] = (struct node){
				.name = (const char *)tree->structure + at,
				.address_cells = 2,
				.size_cells = 1,
			};
			count++;
			/* The root has nothing to look at */
			looked = count == 1;
			at = behind_name(tree, at);
		} else if (token == END_NODE) {
			looked = true;
			if (!count)
				return false;
			if (!--count)
				return room;
		} else if (token == PROPERTY) {
			at = count ? read_property(tree, at, nodes + count - 1) : 0;
		} else if (token != NOTHING) {
			return false;
		}
		if (!at)
			return false;
	}

	return false;
}

bool tree_read(const void *blob, uint32_t limit, struct memory_layout *layout)
{
	struct tree tree;

	*layout = (struct memory_layout){ .wanted = false };

	return limit >= HEADER_BYTES && open_tree(blob, limit, &tree) && walk(&tree, layout);
}
