using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.Native;
using RetroVue.Media.Devices.V4l2;

namespace RetroVue.Media.Devices.Tests.V4l2;

/// <summary>Calls the C library itself, on files that every machine has. Each call returns its error.</summary>
public sealed unsafe class V4l2SystemTests
{
    private static readonly V4l2System s_system = V4l2System.Instance;

    [Test]
    public void Calls_tell_their_errors_as_negated_errno_values()
    {
        v4l2_capability capability;
        int descriptor = s_system.Open("/dev/null");
        Assert.That(descriptor, Is.GreaterThanOrEqualTo(0));
        Assert.Multiple(() =>
        {
            Assert.That(s_system.Open("/dev/no-such-device"), Is.EqualTo(-DeviceErrors.Enoent));
            Assert.That(s_system.Map(descriptor, 4096, 0), Is.EqualTo((nint)(-DeviceErrors.Enodev)), "/dev/null cannot be mapped");
            Assert.That(s_system.Poll(descriptor, LibcVideo.POLLIN, 0), Is.EqualTo(LibcVideo.POLLIN));
            Assert.That(s_system.Poll(int.MaxValue, LibcVideo.POLLIN, 0), Is.EqualTo(LibcVideo.POLLNVAL));
            Assert.That(s_system.Unmap(1, 4096), Is.EqualTo(-DeviceErrors.Einval));
            Assert.That(s_system.Close(int.MaxValue), Is.EqualTo(-DeviceErrors.Ebadf));
        });
        Assert.That(s_system.Control(descriptor, LibcVideo.VIDIOC_QUERYCAP, &capability), Is.EqualTo(-DeviceErrors.Enotty));
        Assert.That(s_system.Close(descriptor), Is.Zero);
    }

    [Test]
    public void Memory_is_mapped_and_unmapped()
    {
        int descriptor = s_system.Open("/dev/zero");
        nint address = s_system.Map(descriptor, 4096, 0);
        Assert.That(address, Is.GreaterThan((nint)0));
        Assert.That(*(byte*)address, Is.Zero);
        Assert.That(s_system.Unmap(address, 4096), Is.Zero);
        Assert.That(s_system.Close(descriptor), Is.Zero);
    }

    [Test]
    public void File_that_is_no_device_is_refused_by_name() =>
        Assert.That(
            () => V4l2Negotiation.Query(V4l2Descriptor.Open(s_system, "/dev/null", "/dev/null")),
            Throws.InstanceOf<DeviceException>().With.Message.Contain("/dev/null").And.Message.Contain("not a device of this kind"));
}
