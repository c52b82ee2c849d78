// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Probe: a pseudo TA with which tests look at a secure heap from the secure
 * side, and at the latches of the DDR firewall. It hands heap contents to
 * whoever can open /dev/tee0, so it belongs on a test board only (PROBE=n in
 * firmware/optee/Makefile leaves it out).
 *
 * UUID 5c9b1f0e-6f0b-4d7a-9d1f-53565050524f. Every command has the parameters
 *   [0] VALUE_INPUT  a, b: physical address, low and high 32 bits
 *   [1] VALUE_INPUT  a: length in bytes, b: see the command
 *
 *   0 FILL    word i = b + i (mod 2^32), little endian; address and length
 *             multiples of 4
 *   1 VERIFY  against the same rule; [2] VALUE_OUTPUT a: words that differ,
 *             b: index of the first one, 0xffffffff if none
 *   2 READ    [2] MEMREF_OUTPUT, up to 4096 bytes
 *   3 WRITE   [2] MEMREF_INPUT, exactly length bytes, up to 4096
 *   4 TZC     no range; [2] VALUE_OUTPUT a: int_status, b: fail_address_low;
 *             [3] VALUE_OUTPUT a: fail_control, b: fail_id; all of them as
 *             the TZC-380 would show them if nobody but this command cleared
 *             its latch: if [1].b is 1, it is cleared afterwards
 *
 * TEE_ERROR_ACCESS_DENIED: the range is not wholly inside one heap.
 * TEE_ERROR_BAD_PARAMETERS: types, alignment, length. TEE_ERROR_SHORT_BUFFER:
 * READ with less room than length. TEE_ERROR_OUT_OF_MEMORY: no address space.
 */

#include <kernel/cache_helpers.h>
#include <kernel/pseudo_ta.h>
#include <mm/core_memprot.h>
#include <mm/core_mmu.h>
#include <mm/tee_mm.h>
#include <secure_heap.h>
#include <string.h>
#include <util.h>
#include <violation_monitor.h>

#define PROBE_UUID \
	{ 0x5c9b1f0e, 0x6f0b, 0x4d7a, \
		{ 0x9d, 0x1f, 0x53, 0x56, 0x50, 0x50, 0x52, 0x4f } }

enum probe_command {
	PROBE_FILL = 0,
	PROBE_VERIFY = 1,
	PROBE_READ = 2,
	PROBE_WRITE = 3,
	PROBE_TZC = 4,
};

#define MAX_COPY	4096U
/* Mapped at a time: bounds address space and the time with interrupts masked */
#define MAX_WINDOW	(1024U * 1024U)
#define NO_MISMATCH	UINT32_MAX

/* What one command does with each mapped piece of its range */
struct job {
	enum probe_command command;
	uint32_t next_value;
	uint32_t words;
	uint32_t mismatches;
	uint32_t first_mismatch;
	uint8_t *copy;
};

static void work_words(struct job *job, void *va, size_t size)
{
	uint32_t *word = va;
	size_t n = 0;

	for (n = 0; n < size / sizeof(*word); n++) {
		if (job->command == PROBE_FILL) {
			word[n] = job->next_value;
		} else if (word[n] != job->next_value) {
			if (!job->mismatches)
				job->first_mismatch = job->words;
			job->mismatches++;
		}
		job->next_value++;
		job->words++;
	}
}

static void work(struct job *job, void *va, size_t size)
{
	/* Bus masters do not look into the caches: neither side may be stale */
	dcache_cleaninv_range(va, size);

	switch (job->command) {
	case PROBE_READ:
		memcpy(job->copy, va, size);
		job->copy += size;
		break;
	case PROBE_WRITE:
		memcpy(va, job->copy, size);
		job->copy += size;
		break;
	default:
		work_words(job, va, size);
		break;
	}

	dcache_cleaninv_range(va, size);
}

/* Maps pages at a time, secure and cached, so no neighbour is ever mapped */
static TEE_Result work_range(struct job *job, paddr_t pa, size_t size)
{
	TEE_Result res = TEE_SUCCESS;

	while (size && !res) {
		size_t offset = pa & SMALL_PAGE_MASK;
		size_t now = MIN(size, MAX_WINDOW - offset);
		size_t bytes = ROUNDUP(offset + now, SMALL_PAGE_SIZE);
		size_t pages = bytes / SMALL_PAGE_SIZE;
		tee_mm_entry_t *mm = tee_mm_alloc(&core_virt_shm_pool, bytes);
		vaddr_t va = 0;

		if (!mm)
			return TEE_ERROR_OUT_OF_MEMORY;
		va = tee_mm_get_smem(mm);
		res = core_mmu_map_contiguous_pages(va, pa - offset, pages,
						    MEM_AREA_RAM_SEC);
		if (!res) {
			work(job, (void *)(va + offset), now);
			core_mmu_unmap_pages(va, pages);
		}
		tee_mm_free(mm);
		pa += now;
		size -= now;
	}

	return res;
}

static TEE_Result run_words(struct job *job, paddr_t pa, size_t size,
			    uint32_t start, TEE_Param *result)
{
	TEE_Result res = TEE_SUCCESS;

	if ((pa | size) & (sizeof(uint32_t) - 1))
		return TEE_ERROR_BAD_PARAMETERS;

	job->next_value = start;
	job->first_mismatch = NO_MISMATCH;
	res = work_range(job, pa, size);
	if (!res && job->command == PROBE_VERIFY) {
		result->value.a = job->mismatches;
		result->value.b = job->first_mismatch;
	}

	return res;
}

static TEE_Result run_copy(struct job *job, paddr_t pa, size_t size,
			   TEE_Param *buffer)
{
	if (size > MAX_COPY)
		return TEE_ERROR_BAD_PARAMETERS;
	if (job->command == PROBE_WRITE && buffer->memref.size != size)
		return TEE_ERROR_BAD_PARAMETERS;
	if (job->command == PROBE_READ) {
		size_t room = buffer->memref.size;

		buffer->memref.size = size;
		if (room < size)
			return TEE_ERROR_SHORT_BUFFER;
	}
	if (!buffer->memref.buffer)
		return TEE_ERROR_BAD_PARAMETERS;

	job->copy = buffer->memref.buffer;
	return work_range(job, pa, size);
}

/* The interrupt handler empties the latch at once, and keeps the first one */
static TEE_Result run_tzc(TEE_Param params[TEE_NUM_PARAMS])
{
	struct imx_tzc_violation violation = { };

	imx_violation_first(&violation, params[1].value.b == 1);
	params[2].value.a = violation.status;
	params[2].value.b = violation.address;
	params[3].value.a = violation.control;
	params[3].value.b = violation.id;

	return TEE_SUCCESS;
}

/* Types of parameters 2 and 3 of each command */
static const uint8_t param_types[][2] = {
	[PROBE_FILL] = { TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE },
	[PROBE_VERIFY] = { TEE_PARAM_TYPE_VALUE_OUTPUT, TEE_PARAM_TYPE_NONE },
	[PROBE_READ] = { TEE_PARAM_TYPE_MEMREF_OUTPUT, TEE_PARAM_TYPE_NONE },
	[PROBE_WRITE] = { TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_NONE },
	[PROBE_TZC] = { TEE_PARAM_TYPE_VALUE_OUTPUT,
			TEE_PARAM_TYPE_VALUE_OUTPUT },
};

static TEE_Result invoke_command(void *session __unused, uint32_t command,
				 uint32_t types,
				 TEE_Param params[TEE_NUM_PARAMS])
{
	struct job job = { .command = command };
	uint32_t expected = 0;
	paddr_t pa = 0;
	size_t size = 0;

	if (command >= ARRAY_SIZE(param_types))
		return TEE_ERROR_NOT_SUPPORTED;
	expected = TEE_PARAM_TYPES(TEE_PARAM_TYPE_VALUE_INPUT,
				   TEE_PARAM_TYPE_VALUE_INPUT,
				   param_types[command][0],
				   param_types[command][1]);
	if (types != expected)
		return TEE_ERROR_BAD_PARAMETERS;
	if (command == PROBE_TZC)
		return run_tzc(params);

	pa = reg_pair_to_64(params[0].value.b, params[0].value.a);
	size = params[1].value.a;
	if (!size)
		return TEE_ERROR_BAD_PARAMETERS;
	if (!imx_secure_heap_contains(pa, size))
		return TEE_ERROR_ACCESS_DENIED;

	if (command == PROBE_READ || command == PROBE_WRITE)
		return run_copy(&job, pa, size, params + 2);

	return run_words(&job, pa, size, params[1].value.b, params + 2);
}

pseudo_ta_register(.uuid = PROBE_UUID, .name = "svp_probe",
		   .flags = PTA_DEFAULT_FLAGS,
		   .invoke_command_entry_point = invoke_command);
