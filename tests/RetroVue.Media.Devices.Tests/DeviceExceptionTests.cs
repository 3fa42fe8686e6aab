using RetroVue.Media.Devices.Native;
using RetroVue.Media.Devices.PipeWire;
using RetroVue.Media.Devices.Portal;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests;

public sealed class DeviceExceptionTests
{
    private const int Econnrefused = 111;

    [TestCase(DeviceErrors.Eagain, true)]
    [TestCase(DeviceErrors.Eintr, true)]
    [TestCase(DeviceErrors.Ebusy, true)]
    [TestCase(DeviceErrors.Etimedout, true)]
    [TestCase(DeviceErrors.Enomem, true)]
    [TestCase(DeviceErrors.Enodev, true, Description = "unplugged")]
    [TestCase(DeviceErrors.Enxio, true, Description = "unplugged")]
    [TestCase(DeviceErrors.Ebadf, true, Description = "unplugged")]
    [TestCase(DeviceErrors.Enoent, false)]
    [TestCase(DeviceErrors.Eacces, false)]
    [TestCase(DeviceErrors.Eperm, false)]
    [TestCase(DeviceErrors.Einval, false)]
    [TestCase(DeviceErrors.Enotty, false)]
    [TestCase(DeviceErrors.Eio, false)]
    public void IsTransient_says_whether_to_try_again(int errno, bool transient)
    {
        var error = DeviceErrors.Exception(errno, "/dev/video0", "Opening");
        Assert.That((error.ErrorCode, error.Device, error.IsTransient), Is.EqualTo((errno, "/dev/video0", transient)));
    }

    [TestCase(DeviceErrors.Enoent, true, Description = "no daemon")]
    [TestCase(Econnrefused, true, Description = "no daemon")]
    [TestCase(DeviceErrors.Etimedout, true)]
    [TestCase(DeviceErrors.Eacces, false)]
    public void IsTransient_of_a_daemon_says_whether_it_may_come(int errno, bool transient) =>
        Assert.That(PipeWireErrors.Connecting(null, errno).IsTransient, Is.EqualTo(transient));

    [Test]
    public void IsTransient_of_the_portal_is_false_where_the_user_has_decided()
    {
        Assert.That(PortalErrors.Refused("Start", 1).IsTransient, Is.False);
        Assert.That(PortalErrors.Closed().IsTransient, Is.False);
        Assert.That(PortalErrors.TimedOut("Start", ClockTime.FromSeconds(1)).IsTransient, Is.True);
        Assert.That(PortalErrors.Gone().IsTransient, Is.True);
    }

    [Test]
    public void Library_that_is_missing_is_a_device_exception_without_a_device()
    {
        DeviceException error = new DeviceLibraryException("The library is missing.");
        Assert.That((error.Device, error.ErrorCode, error.IsTransient), Is.EqualTo(("", 0, false)));
    }
}
