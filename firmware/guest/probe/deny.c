/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the memory firewall does with the non-secure CPU, see deny.h. */
#include "deny.h"

#include "access.h"
#include "check.h"
#include "tee.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* The TZC-380 of the i.MX8MQ sees offsets in DRAM, not CPU addresses. */
#define DRAM_BASE 0x40000000u

#define GARBAGE 0x0badf00ddeadc0deull

enum {
	PAGE = 4096,
	MEBIBYTE = 1 << 20,
	PIECE = 8 << 20, /* what one call of the pseudo-TA fills or verifies */
	PATTERN = 0x5e5e0001,
};

enum { STATUS_DENIED = 1, STATUS_OVERRUN = 2 };
enum { CONTROL_WRITE = 1 << 24, CONTROL_NONSECURE = 1 << 21 };

static uint32_t piece_pattern(uint64_t offset)
{
	return PATTERN ^ (uint32_t)(offset / PIECE << 16);
}

static uint32_t piece_length(const struct region *heap, uint64_t offset)
{
	uint64_t left = heap->size - offset;

	return (uint32_t)(left < PIECE ? left : PIECE);
}

static const char *fill_all(const struct region *heap)
{
	int result = TEE_OK;

	for (uint64_t at = 0; at < heap->size && result == TEE_OK; at += PIECE)
		result = tee_fill(heap->base + at, piece_length(heap, at),
				  piece_pattern(at));
	return tee_result_name(result);
}

/* "intact", "<n>-wrong-at-0x<address>", or the code of a call that failed */
static const char *verify_all(const struct region *heap)
{
	uint32_t wrong, first;
	int result;

	for (uint64_t at = 0; at < heap->size; at += PIECE) {
		result = tee_verify(heap->base + at, piece_length(heap, at),
				    piece_pattern(at), &wrong, &first);
		if (result != TEE_OK)
			return tee_result_name(result);
		if (wrong)
			return text("%" PRIu32 "-wrong-at-0x%" PRIx64, wrong,
				    heap->base + at + 4 * (uint64_t)first);
	}
	return "intact";
}

/* Steps through a window; the first and the last MiB without a gap */
static uint64_t next_offset(uint64_t offset, uint64_t size)
{
	uint64_t step = offset < MEBIBYTE || offset + MEBIBYTE >= size ? 8 : PAGE;

	return offset + step;
}

/* "zero", "data-at-0x<offset>" or the signal of the first load that failed */
static const char *read_all(const struct window *window, uint64_t size)
{
	union access_value value;
	struct outcome outcome;

	for (uint64_t at = 0; at < size; at = next_offset(at, size)) {
		outcome = access_once(ACCESS_LOAD, window->bytes + at, 8,
				      &value);
		if (outcome.signal)
			return signal_outcome(outcome.signal);
		if (value.doubles[0])
			return text("data-at-0x%" PRIx64, at);
	}
	return "zero";
}

static const char *write_all(const struct window *window, uint64_t size)
{
	union access_value value = { .doubles = { GARBAGE } };
	struct outcome outcome;

	for (uint64_t at = 0; at < size; at = next_offset(at, size)) {
		outcome = access_once(ACCESS_STORE, window->bytes + at, 8,
				      &value);
		if (outcome.signal)
			return signal_outcome(outcome.signal);
	}
	return "ok";
}

static const char *denied_load(const struct board *board)
{
	return board->answer == ANSWER_ZERO ? "zero" : "abort";
}

static const char *denied_store(const struct board *board)
{
	return board->answer == ANSWER_ZERO ? "ok" : "abort";
}

void protect_checks(const struct board *board, const struct region *heap)
{
	struct window window;
	int error;

	check_named("ok", fill_all(heap), "protect.%s.tee-fill", heap->label);
	check_named("intact", verify_all(heap), "protect.%s.tee-verify",
		    heap->label);
	error = window_open(&window, MEMORY_DEVICE, heap->base, heap->size,
			    PROT_READ | PROT_WRITE);
	check_named("ok", errno_name(error), "protect.%s.linux-map",
		    heap->label);
	if (error)
		return;
	check_named(denied_load(board), read_all(&window, heap->size),
		    "protect.%s.linux-read", heap->label);
	check_named(denied_store(board), write_all(&window, heap->size),
		    "protect.%s.linux-write", heap->label);
	check_named("intact", verify_all(heap), "protect.%s.tee-still",
		    heap->label);
	window_close(&window);
}

void optee_checks(const struct board *board)
{
	const struct region *core =
		tree_find(board->regions, board->count, "optee_core@", 0);
	struct window window;
	struct tzc_state state;
	int error;

	if (!core) {
		check_impossible("optee.region", "no-optee_core-node");
		return;
	}
	error = window_open(&window, MEMORY_DEVICE, core->base, core->size,
			    PROT_READ | PROT_WRITE);
	check("optee.linux-map", "ok", errno_name(error));
	if (error)
		return;
	check("optee.linux-read", denied_load(board),
	      read_all(&window, core->size));
	check("optee.linux-write", denied_store(board),
	      write_all(&window, core->size));
	check("optee.alive", "ok", tee_result_name(tee_tzc(0, &state)));
	window_close(&window);
}

const char *latched(const struct tzc_state *state)
{
	return text("status=%" PRIu32 ",address=0x%08" PRIx32 ",%s,%s",
		    state->status, state->address,
		    state->control & CONTROL_WRITE ? "write" : "read",
		    state->control & CONTROL_NONSECURE ? "nonsecure" :
							 "secure");
}

/* Clears, makes the accesses, and returns what was latched. */
static const char *latch(const struct window *window, enum access_kind first,
			 uint64_t first_offset, enum access_kind second,
			 uint64_t second_offset)
{
	union access_value value = { .words = { 1 } };
	struct tzc_state state;
	int result = tee_tzc(1, &state);

	if (result != TEE_OK)
		return tee_result_name(result);
	access_once(first, window->bytes + first_offset, 4, &value);
	if (second_offset != first_offset)
		access_once(second, window->bytes + second_offset, 4, &value);
	result = tee_tzc(1, &state);
	return result == TEE_OK ? latched(&state) : tee_result_name(result);
}

static const char *latch_expected(const struct region *heap, uint64_t offset,
				  uint32_t status, uint32_t control)
{
	struct tzc_state state = {
		.status = status,
		.address = (uint32_t)(heap->base + offset - DRAM_BASE),
		.control = control | CONTROL_NONSECURE,
	};

	return latched(&state);
}

void latch_checks(const struct board *board, const struct region *heap)
{
	const uint64_t a = 0x1230, b = 0x4568;
	struct tzc_state state;
	struct window window;
	int error;

	(void)board;
	error = window_open(&window, MEMORY_DEVICE, heap->base, heap->size,
			    PROT_READ | PROT_WRITE);
	if (error) {
		check_named("ok", errno_name(error), "tzc.%s.map", heap->label);
		return;
	}
	check_named(latch_expected(heap, a, STATUS_DENIED, 0),
		    latch(&window, ACCESS_LOAD, a, ACCESS_LOAD, a),
		    "tzc.%s.read", heap->label);
	check_named(latch_expected(heap, b, STATUS_DENIED, CONTROL_WRITE),
		    latch(&window, ACCESS_STORE, b, ACCESS_STORE, b),
		    "tzc.%s.write", heap->label);
	check_named(latch_expected(heap, a, STATUS_DENIED | STATUS_OVERRUN, 0),
		    latch(&window, ACCESS_LOAD, a, ACCESS_STORE, b),
		    "tzc.%s.first-read-wins", heap->label);
	check_named(latch_expected(heap, b, STATUS_DENIED | STATUS_OVERRUN,
				   CONTROL_WRITE),
		    latch(&window, ACCESS_STORE, b, ACCESS_LOAD, a),
		    "tzc.%s.first-write-wins", heap->label);
	error = tee_tzc(0, &state);
	check_named("0",
		    error == TEE_OK ? text("%" PRIu32, state.status) :
				      tee_result_name(error),
		    "tzc.%s.cleared", heap->label);
	window_close(&window);
}

void refusal_checks(const struct board *board, const struct region *heap)
{
	const struct region *control =
		tree_find(board->regions, board->count, "control@", 0);
	const struct {
		const char *name;
		uint64_t address;
		uint32_t length;
		const char *expected;
	} rows[] = {
		{ "whole-word", heap->base, 4, "ok" },
		{ "last-word", heap->base + heap->size - 4, 4, "ok" },
		{ "over-start", heap->base - 4, 8, "access-denied" },
		{ "over-end", heap->base + heap->size - 4, 8, "access-denied" },
		{ "wrapping", UINT64_MAX - 3, 8, "access-denied" },
		{ "linux-ram", DRAM_BASE, 4, "access-denied" },
		{ "control", control ? control->base : 0, 4, "access-denied" },
	};
	uint32_t wrong, first;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_named(rows[i].expected,
			    tee_result_name(tee_verify(rows[i].address,
						       rows[i].length, 0,
						       &wrong, &first)),
			    "tee.%s.%s", heap->label, rows[i].name);
}
