/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every kind of access, one instruction at a time, on protected memory and on
 * memory that is not, see deny.h. The Cortex-A53 is an Armv8.0 core without
 * LSE: exclusives are all the atomics it has.
 */
#include "deny.h"

#include "access.h"
#include "check.h"
#include "tee.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096, ARENA = 2 * PAGE, PATTERN = 0x71a60001 };

/* mov w0, #42; ret */
static const uint32_t program[] = { 0x52800540, 0xd65f03c0 };

enum { PROGRAM_RESULT = 42 };

static const struct row {
	const char *name;
	enum access_kind kind;
	unsigned int width;
	unsigned int offset;
	bool normal_only; /* not legal on Device memory */
} rows[] = {
	{ "load8", ACCESS_LOAD, 1, 0x100, false },
	{ "load16", ACCESS_LOAD, 2, 0x100, false },
	{ "load32", ACCESS_LOAD, 4, 0x100, false },
	{ "load64", ACCESS_LOAD, 8, 0x100, false },
	{ "load128", ACCESS_LOAD, 16, 0x100, false },
	{ "load16-unaligned", ACCESS_LOAD, 2, 0x101, true },
	{ "load32-unaligned", ACCESS_LOAD, 4, 0x101, true },
	{ "load64-unaligned", ACCESS_LOAD, 8, 0x103, true },
	{ "load128-unaligned", ACCESS_LOAD, 16, 0x105, true },
	{ "load32-over-page", ACCESS_LOAD, 4, PAGE - 2, true },
	{ "load64-over-page", ACCESS_LOAD, 8, PAGE - 3, true },
	{ "load128-over-page", ACCESS_LOAD, 16, PAGE - 8, true },
	{ "store8", ACCESS_STORE, 1, 0x200, false },
	{ "store16", ACCESS_STORE, 2, 0x200, false },
	{ "store32", ACCESS_STORE, 4, 0x200, false },
	{ "store64", ACCESS_STORE, 8, 0x200, false },
	{ "store128", ACCESS_STORE, 16, 0x200, false },
	{ "store16-unaligned", ACCESS_STORE, 2, 0x201, true },
	{ "store32-unaligned", ACCESS_STORE, 4, 0x201, true },
	{ "store64-unaligned", ACCESS_STORE, 8, 0x203, true },
	{ "store128-unaligned", ACCESS_STORE, 16, 0x205, true },
	{ "store32-over-page", ACCESS_STORE, 4, PAGE - 2, true },
	{ "store64-over-page", ACCESS_STORE, 8, PAGE - 3, true },
	{ "store128-over-page", ACCESS_STORE, 16, PAGE - 8, true },
	{ "exclusive", ACCESS_EXCLUSIVE, 4, 0x300, true },
	{ "zero-block", ACCESS_ZERO, 0, 0x400, true },
	{ "execute", ACCESS_EXECUTE, 0, 0x800, true },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]), EXECUTE_OFFSET = 0x800 };

/* Bytes 0xff, never part of the pattern's or the program's words */
static union access_value ones(void)
{
	union access_value value;

	memset(&value, 0xff, sizeof(value));
	return value;
}

static const char *loaded(const uint8_t *bytes, unsigned int width)
{
	static const uint8_t zeros[16];
	char digits[2 * sizeof(zeros) + 1];

	if (memcmp(bytes, zeros, width) == 0)
		return "zero";
	for (unsigned int i = 0; i < width; i++)
		sprintf(digits + 2 * i, "%02x", bytes[i]);
	return text("%s", digits);
}

/* Makes the access of a row; what it gave, as a word. */
static const char *try_row(const struct row *row,
			   volatile uint8_t *arena)
{
	union access_value value = ones();
	struct outcome outcome = access_once(row->kind, arena + row->offset,
					     row->width, &value);

	if (outcome.signal)
		return signal_outcome(outcome.signal);
	switch (row->kind) {
	case ACCESS_LOAD:
	case ACCESS_EXCLUSIVE:
		return loaded(value.bytes, row->width);
	case ACCESS_EXECUTE:
		return text("%u", value.words[0]);
	default:
		return "ok";
	}
}

static const char *denied(const struct board *board, const struct row *row)
{
	if (board->answer == ANSWER_ABORT)
		return "abort";
	switch (row->kind) {
	case ACCESS_LOAD:
	case ACCESS_EXCLUSIVE:
		return "zero";
	case ACCESS_EXECUTE:
		/* Zeros decode as the permanently undefined UDF #0 */
		return "undefined";
	default:
		return "ok";
	}
}

/* The secure world's view of the arena after a row */
static const char *arena_state(uint64_t arena)
{
	uint32_t code[2] = { 0 };
	uint32_t wrong, first;
	int result = tee_verify(arena, EXECUTE_OFFSET, PATTERN, &wrong, &first);

	if (result == TEE_OK && !wrong)
		result = tee_verify(arena + PAGE, PAGE, PATTERN, &wrong,
				    &first);
	if (result == TEE_OK)
		result = tee_read(arena + EXECUTE_OFFSET, code, sizeof(code));
	if (result != TEE_OK)
		return tee_result_name(result);
	return wrong || memcmp(code, program, sizeof(code)) ? "changed" :
							      "intact";
}

static const char *prepare_arena(uint64_t arena)
{
	int result = tee_fill(arena, PAGE, PATTERN);

	if (result == TEE_OK)
		result = tee_fill(arena + PAGE, PAGE, PATTERN);
	if (result == TEE_OK)
		result = tee_write(arena + EXECUTE_OFFSET, program,
				   sizeof(program));
	return tee_result_name(result);
}

static void access_by(const struct board *board, const struct region *heap,
		      uint64_t arena, bool normal)
{
	const char *way = normal ? "normal" : "device";
	struct window window;
	int error = window_open(&window,
				normal ? MEMORY_NORMAL : MEMORY_DEVICE, arena,
				ARENA, PROT_READ | PROT_WRITE |
				(normal ? PROT_EXEC : 0));

	check_named("ok", errno_name(error), "access.%s.%s.map", heap->label,
		    way);
	if (error)
		return;
	for (unsigned int i = 0; i < ROWS; i++) {
		if (rows[i].normal_only && !normal)
			continue;
		check_named(denied(board, &rows[i]),
			    try_row(&rows[i], window.bytes), "access.%s.%s.%s",
			    heap->label, way, rows[i].name);
		if (rows[i].kind != ACCESS_LOAD)
			check_named("intact", arena_state(arena),
				    "access.%s.%s.%s.tee", heap->label, way,
				    rows[i].name);
	}
	window_close(&window);
}

/* An edge between a heap and the control region beside it */
struct edge {
	const struct region *heap;
	const char *side;      /* "low" or "high" end of the heap */
	uint64_t address;      /* of the first byte above the edge */
	bool heap_first;       /* the heap is below the edge */
	unsigned int width;    /* of the access, half of it on each side */
	struct window window;  /* one page on each side */
	volatile uint8_t *control; /* the accessed half that is open */
};

static uint64_t edge_heap_page(const struct edge *edge)
{
	return edge->heap_first ? edge->address - PAGE : edge->address;
}

static struct outcome edge_access(const struct edge *edge,
				  enum access_kind kind,
				  union access_value *value)
{
	return access_once(kind, edge->window.bytes + PAGE - edge->width / 2,
			   edge->width, value);
}

/* The heap's half reads as zero, the other half as it is. */
static void edge_load(const struct board *board, const struct edge *edge)
{
	unsigned int half = edge->width / 2;
	union access_value wanted = { { 0 } };
	union access_value seen = ones();
	struct outcome outcome;

	for (unsigned int i = 0; i < half; i++) {
		edge->control[i] = (uint8_t)(0xc0 + i);
		wanted.bytes[(edge->heap_first ? half : 0) + i] =
			edge->control[i];
	}
	outcome = edge_access(edge, ACCESS_LOAD, &seen);
	check_named(board->answer == ANSWER_ABORT ?
			    "abort" : loaded(wanted.bytes, edge->width),
		    outcome.signal ? signal_outcome(outcome.signal) :
				     loaded(seen.bytes, edge->width),
		    "edge.%s.%s.load%u", edge->heap->label, edge->side,
		    8 * edge->width);
}

/* The heap's half stays, the other half is written. */
static void edge_store(const struct board *board, const struct edge *edge)
{
	unsigned int half = edge->width / 2, bits = 8 * edge->width;
	union access_value value = { .doubles = { 0x1122334455667788ull,
						  0x99aabbccddeeff00ull } };
	union access_value seen = { { 0 } };
	struct outcome outcome = edge_access(edge, ACCESS_STORE, &value);
	uint32_t wrong = 1, first;
	int result;

	check_named(board->answer == ANSWER_ABORT ? "abort" : "ok",
		    signal_outcome(outcome.signal), "edge.%s.%s.store%u",
		    edge->heap->label, edge->side, bits);
	for (unsigned int i = 0; i < half; i++)
		seen.bytes[i] = edge->control[i];
	/* After an abort the open half may have been written or not */
	if (board->answer == ANSWER_ZERO)
		check_named(loaded(value.bytes + (edge->heap_first ? half : 0),
				   half),
			    loaded(seen.bytes, half),
			    "edge.%s.%s.store%u.control", edge->heap->label,
			    edge->side, bits);
	result = tee_verify(edge_heap_page(edge), PAGE, PATTERN, &wrong,
			    &first);
	check_named("intact",
		    result != TEE_OK ? tee_result_name(result) :
		    wrong ? "changed" : "intact",
		    "edge.%s.%s.store%u.tee", edge->heap->label, edge->side,
		    bits);
}

static void edge_check(const struct board *board, struct edge *edge)
{
	int error = window_open(&edge->window, MEMORY_NORMAL,
				edge->address - PAGE, 2 * PAGE,
				PROT_READ | PROT_WRITE);

	check_named("ok", errno_name(error), "edge.%s.%s.map%u",
		    edge->heap->label, edge->side, 8 * edge->width);
	if (error)
		return;
	edge->control = edge->window.bytes +
			(edge->heap_first ? PAGE : PAGE - edge->width / 2);
	check_named("ok",
		    tee_result_name(tee_fill(edge_heap_page(edge), PAGE,
					     PATTERN)),
		    "edge.%s.%s.fill%u", edge->heap->label, edge->side,
		    8 * edge->width);
	edge_load(board, edge);
	edge_store(board, edge);
	window_close(&edge->window);
}

static void edge_checks(const struct board *board, const struct region *heap)
{
	for (int i = 0; i < board->count; i++) {
		const struct region *region = &board->regions[i];
		bool above = heap->base + heap->size == region->base;
		bool below = region->base + region->size == heap->base;

		if (strncmp(region->node, "control@", 8) != 0 ||
		    !(above || below))
			continue;
		for (unsigned int width = 2; width <= 16; width *= 2) {
			struct edge edge = {
				.heap = heap,
				.side = above ? "high" : "low",
				.address = above ? region->base : heap->base,
				.heap_first = above,
				.width = width,
			};

			edge_check(board, &edge);
		}
	}
}

void access_checks(const struct board *board, const struct region *heap)
{
	uint64_t arena = heap->base + (heap->size / 2 & ~(uint64_t)(ARENA - 1));

	check_named("ok", prepare_arena(arena), "access.%s.prepare",
		    heap->label);
	check_named("intact", arena_state(arena), "access.%s.prepared",
		    heap->label);
	access_by(board, heap, arena, false);
	access_by(board, heap, arena, true);
	edge_checks(board, heap);
}

static void prepare_control(volatile uint8_t *arena)
{
	volatile uint32_t *words = (volatile uint32_t *)arena;

	for (uint32_t i = 0; i < ARENA / sizeof(*words); i++)
		words[i] = PATTERN + i;
	for (uint32_t i = 0; i < 2; i++)
		words[EXECUTE_OFFSET / sizeof(*words) + i] = program[i];
	__builtin___clear_cache((char *)(uintptr_t)arena,
				(char *)(uintptr_t)arena + ARENA);
}

/* What the row must give, and leave behind, on memory that is open */
static const char *control_expected(const struct row *row,
				    const union access_value *before)
{
	switch (row->kind) {
	case ACCESS_LOAD:
	case ACCESS_EXCLUSIVE:
		return loaded(before->bytes, row->width);
	case ACCESS_EXECUTE:
		return text("%d", PROGRAM_RESULT);
	default:
		return "ok";
	}
}

static union access_value peek(const volatile uint8_t *arena,
			       unsigned int offset)
{
	union access_value value;

	for (unsigned int i = 0; i < sizeof(value.bytes); i++)
		value.bytes[i] = arena[offset + i];
	return value;
}

void control_checks(const struct board *board)
{
	const struct region *control =
		tree_find(board->regions, board->count, "control@", 0);
	struct window window;
	int error;

	if (!control || control->size < ARENA) {
		check_impossible("control", "no-control-region");
		return;
	}
	error = window_open(&window, MEMORY_NORMAL, control->base, ARENA,
			    PROT_READ | PROT_WRITE | PROT_EXEC);
	check("control.map", "ok", errno_name(error));
	if (error)
		return;
	for (unsigned int i = 0; i < ROWS; i++) {
		unsigned int width = rows[i].width ? rows[i].width : 16;
		union access_value before, after;
		bool changes = rows[i].kind != ACCESS_LOAD &&
			       rows[i].kind != ACCESS_EXECUTE;

		prepare_control(window.bytes);
		before = peek(window.bytes, rows[i].offset);
		check_named(control_expected(&rows[i], &before),
			    try_row(&rows[i], window.bytes), "control.%s",
			    rows[i].name);
		after = peek(window.bytes, rows[i].offset);
		check_named(changes ? "changed" : "same",
			    memcmp(&before, &after, width) ? "changed" : "same",
			    "control.%s.memory", rows[i].name);
	}
	window_close(&window);
}
