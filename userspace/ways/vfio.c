// SPDX-License-Identifier: GPL-2.0-only
/*
 * A way: memory that VFIO has mapped for a device, which reads and writes it.
 *
 * The device is QEMU's "edu" behind an IOMMU. It copies some bytes between
 * memory and a buffer of its own, which nobody else can see. So another page that
 * is mapped for it takes what it has read, and has what it is to write.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libgen.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pintest-way.h"

/* The device has addresses of 28 bits. Each pin has a slot, the first is ours. */
#define SLOT_SIZE	UINT64_C(0x100000)
#define SLOTS		64

/* The page that is ours. */
#define BOUNCE		4096

/* The registers of edu, and where its buffer begins. */
#define EDU_SOURCE	0x80
#define EDU_TARGET	0x88
#define EDU_COUNT	0x90
#define EDU_COMMAND	0x98
#define EDU_BUFFER	0x40000

/*
 * The buffer has 4096 bytes, but a transfer that reaches its end is none to some
 * QEMU, which then ends.
 */
#define EDU_MOST	2048

/* A transfer takes 100 ms. Meanwhile the processor is for others. */
#define EDU_POLL_US	5000

enum edu_command {
	EDU_START	= 1,
	EDU_TO_MEMORY	= 2,
};

/**
 * struct vfio - the device
 *
 * @container: the IOMMU's mappings
 * @group: the group of the device, which has to be all ours
 * @device: the device
 * @registers: its registers
 * @bounce: the page that takes and has bytes, in the first slot
 * @used: bit n: slot n is used
 */
struct vfio {
	int container;
	int group;
	int device;
	volatile char *registers;
	char *bounce;
	uint64_t used;
};

/* Pinned memory, by its slot. */
struct mapping {
	unsigned int slot;
	size_t length;
};

static char error[1024];

static int fail(int ret, const char *what)
{
	snprintf(error, sizeof(error), "%s: %s", what, strerror(-ret));
	return ret;
}

static int lacks(const char *what)
{
	snprintf(error, sizeof(error), "%s", what);
	return -EOPNOTSUPP;
}

static bool file_is(const char *folder, const char *name, const char *text)
{
	char path[512], line[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
	return !strncmp(line, text, strlen(text));
}

/* The address of the edu device on the PCI bus. */
static int find_edu(char *bdf, size_t size)
{
	glob_t found;
	size_t i;

	*bdf = '\0';
	if (glob("/sys/bus/pci/devices/*", 0, NULL, &found))
		return lacks("this machine has no PCI bus");
	for (i = 0; i < found.gl_pathc; i++)
		if (file_is(found.gl_pathv[i], "vendor", "0x1234") &&
		    file_is(found.gl_pathv[i], "device", "0x11e8"))
			snprintf(bdf, size, "%s", basename(found.gl_pathv[i]));
	globfree(&found);
	return *bdf ? 0 : lacks("this machine has no edu device, as QEMU has with -device intel-iommu -device edu");
}

static int open_group(struct vfio *vfio, const char *bdf)
{
	char path[512], link[256] = "";

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group",
		 bdf);
	if (readlink(path, link, sizeof(link) - 1) < 0)
		return lacks("the device is in no IOMMU group: boot with intel_iommu=on");
	snprintf(path, sizeof(path), "/dev/vfio/%s", basename(link));
	vfio->group = open(path, O_RDWR | O_CLOEXEC);
	if (vfio->group >= 0)
		return 0;
	snprintf(error, sizeof(error),
		 "cannot open %s: %s: load vfio-pci, write vfio-pci to driver_override of device %s, and %s to /sys/bus/pci/drivers_probe",
		 path, strerror(errno), bdf, bdf);
	return -errno;
}

static int join(struct vfio *vfio, const char *bdf)
{
	vfio->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (vfio->container < 0)
		return lacks("there is no /dev/vfio/vfio: load vfio-pci");
	if (ioctl(vfio->group, VFIO_GROUP_SET_CONTAINER, &vfio->container))
		return fail(-errno, "VFIO_GROUP_SET_CONTAINER");
	if (ioctl(vfio->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return fail(-errno, "VFIO_SET_IOMMU");
	vfio->device = ioctl(vfio->group, VFIO_GROUP_GET_DEVICE_FD, bdf);
	return vfio->device < 0 ? fail(-errno, "VFIO_GROUP_GET_DEVICE_FD") : 0;
}

static int find_region(const struct vfio *vfio, unsigned int index,
		       struct vfio_region_info *region)
{
	*region = (struct vfio_region_info) {
		.argsz = sizeof(*region), .index = index,
	};
	if (ioctl(vfio->device, VFIO_DEVICE_GET_REGION_INFO, region))
		return fail(-errno, "VFIO_DEVICE_GET_REGION_INFO");
	return 0;
}

/* Bits of the command register of PCI: answer, and read and write memory. */
static int enable(const struct vfio *vfio)
{
	struct vfio_region_info region;
	uint16_t command;
	int ret = find_region(vfio, VFIO_PCI_CONFIG_REGION_INDEX, &region);

	if (ret)
		return ret;
	if (pread(vfio->device, &command, 2, region.offset + 4) != 2)
		return fail(-EIO, "reading the PCI configuration");
	command |= 2 | 4;
	if (pwrite(vfio->device, &command, 2, region.offset + 4) != 2)
		return fail(-EIO, "writing the PCI configuration");
	return 0;
}

static int map_registers(struct vfio *vfio)
{
	struct vfio_region_info region;
	int ret = find_region(vfio, VFIO_PCI_BAR0_REGION_INDEX, &region);

	if (ret)
		return ret;
	vfio->registers = mmap(NULL, region.size, PROT_READ | PROT_WRITE,
			       MAP_SHARED, vfio->device, region.offset);
	return vfio->registers == MAP_FAILED ?
	       fail(-errno, "mapping the registers of the device") : 0;
}

static int map_dma(const struct vfio *vfio, void *addr, size_t length,
		   unsigned int slot, uint32_t flags)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map), .flags = flags, .size = length,
		.vaddr = (uintptr_t)addr, .iova = slot * SLOT_SIZE,
	};

	if (ioctl(vfio->container, VFIO_IOMMU_MAP_DMA, &map))
		return fail(-errno, "VFIO_IOMMU_MAP_DMA");
	return 0;
}

/* The page is shared, so that no fork() takes it away. */
static int map_bounce(struct vfio *vfio)
{
	vfio->bounce = mmap(NULL, BOUNCE, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (vfio->bounce == MAP_FAILED)
		return fail(-errno, "mapping a page");
	vfio->used = 1 | 1 << 1;
	return map_dma(vfio, vfio->bounce, BOUNCE, 1,
		       VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE);
}

static int vfio_open(const char *arg, void **way)
{
	struct vfio *vfio = calloc(1, sizeof(*vfio));
	char bdf[32];
	int ret = 0;

	if (!vfio)
		return -ENOMEM;
	*way = vfio;
	snprintf(bdf, sizeof(bdf), "%s", arg);
	if (!*arg)
		ret = find_edu(bdf, sizeof(bdf));
	if (!ret)
		ret = open_group(vfio, bdf);
	if (!ret)
		ret = join(vfio, bdf);
	if (!ret)
		ret = enable(vfio);
	if (!ret)
		ret = map_registers(vfio);
	return ret ? ret : map_bounce(vfio);
}

static void vfio_close(void *way)
{
	struct vfio *vfio = way;

	close(vfio->device);
	close(vfio->group);
	close(vfio->container);
	free(vfio);
}

static int vfio_pin(void *way, void *addr, size_t length, bool write,
		    void **pin)
{
	struct mapping *mapping = malloc(sizeof(*mapping));
	uint32_t flags = VFIO_DMA_MAP_FLAG_READ;
	struct vfio *vfio = way;
	int ret;

	if (!mapping)
		return fail(-ENOMEM, "no memory");
	mapping->slot = __builtin_ctzll(~vfio->used);
	mapping->length = length;
	if (write)
		flags |= VFIO_DMA_MAP_FLAG_WRITE;
	if (length > SLOT_SIZE || mapping->slot >= SLOTS - 1)
		ret = fail(-ENOSPC, "no addresses are left");
	else
		ret = map_dma(vfio, addr, length, mapping->slot, flags);
	if (ret) {
		free(mapping);
		return ret;
	}
	vfio->used |= 1ULL << mapping->slot;
	*pin = mapping;
	return 0;
}

static int vfio_unpin(void *way, void *pin)
{
	struct mapping *mapping = pin;
	struct vfio *vfio = way;
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap), .size = mapping->length,
		.iova = mapping->slot * SLOT_SIZE,
	};
	int ret = ioctl(vfio->container, VFIO_IOMMU_UNMAP_DMA, &unmap);

	vfio->used &= ~(1ULL << mapping->slot);
	free(mapping);
	return ret ? fail(-errno, "VFIO_IOMMU_UNMAP_DMA") : 0;
}

static volatile uint64_t *edu(const struct vfio *vfio, size_t offset)
{
	return (volatile uint64_t *)(vfio->registers + offset);
}

/* The device clears the bit when it is done. */
static void transfer(const struct vfio *vfio, uint64_t from, uint64_t to,
		     size_t length, unsigned int command)
{
	*edu(vfio, EDU_SOURCE) = from;
	*edu(vfio, EDU_TARGET) = to;
	*edu(vfio, EDU_COUNT) = length;
	*edu(vfio, EDU_COMMAND) = EDU_START | command;
	while (*edu(vfio, EDU_COMMAND) & EDU_START)
		usleep(EDU_POLL_US);
}

static void copy(const struct vfio *vfio, uint64_t from, uint64_t to,
		 size_t length)
{
	transfer(vfio, from, EDU_BUFFER, length, 0);
	transfer(vfio, EDU_BUFFER, to, length, EDU_TO_MEMORY);
}

static uint64_t iova(const struct mapping *mapping, size_t offset)
{
	return mapping->slot * SLOT_SIZE + offset;
}

static int vfio_read(void *way, void *pin, void *buf, size_t length,
		     size_t offset)
{
	const struct vfio *vfio = way;
	size_t done, n;

	for (done = 0; done < length; done += n) {
		n = length - done < EDU_MOST ? length - done : EDU_MOST;
		copy(vfio, iova(pin, offset + done), SLOT_SIZE, n);
		memcpy((char *)buf + done, vfio->bounce, n);
	}
	return 0;
}

static int vfio_write(void *way, void *pin, const void *buf, size_t length,
		      size_t offset)
{
	const struct vfio *vfio = way;
	size_t done, n;

	for (done = 0; done < length; done += n) {
		n = length - done < EDU_MOST ? length - done : EDU_MOST;
		memcpy(vfio->bounce, (const char *)buf + done, n);
		copy(vfio, SLOT_SIZE, iova(pin, offset + done), n);
	}
	return 0;
}

static const char *vfio_error(void *way)
{
	(void)way;
	return error;
}

const struct pintest_way pintest_way = {
	.version = PINTEST_WAY_VERSION,
	.size = sizeof(pintest_way),
	.name = "vfio",
	.what = "VFIO_IOMMU_MAP_DMA, read by QEMU's edu device",
	.can = PINTEST_WAY_READ_ONLY | PINTEST_WAY_READ_WRITE |
	       PINTEST_WAY_LONGTERM,
	.open = vfio_open,
	.close = vfio_close,
	.pin = vfio_pin,
	.unpin = vfio_unpin,
	.read = vfio_read,
	.write = vfio_write,
	.error = vfio_error,
};
