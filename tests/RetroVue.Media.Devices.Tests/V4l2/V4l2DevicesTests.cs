using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.V4l2;

public sealed class V4l2DevicesTests
{
    [Test]
    public void List_names_the_device_with_its_formats_sizes_and_rates()
    {
        using var driver = new SimulatedDriver(new ControllableClock());
        DeviceInfo device = V4l2Devices.List(driver).Single();
        Assert.That(
            (device.Api, device.Kind, device.Id, device.Name),
            Is.EqualTo((DeviceApi.V4l2, DeviceKind.VideoSource, SimulatedDriver.Node, SimulatedDriver.Card)));
        Assert.That(device.Capabilities.Select(capability => capability.ToString()), Is.EqualTo(new[]
        {
            "YUYV 64x36 30000/1001 fps", "YUYV 128x72 30000/1001 fps",
            "MJPG 64x36 30000/1001 fps", "MJPG 128x72 30000/1001 fps",
            "YV12 16x8 5/1 60/1 fps", "YV12 640x360 5/1 60/1 fps",
        }));
        Assert.That(driver.OpenDescriptors, Is.Zero);
        Assert.That(driver.Misuses, Is.Empty);
    }

    [Test]
    public void List_multi_planar_device_is_as_any_other()
    {
        using var driver = new SimulatedDriver(new ControllableClock())
        {
            Capabilities = LibcVideo.V4L2_CAP_VIDEO_CAPTURE_MPLANE | LibcVideo.V4L2_CAP_STREAMING,
            Formats = ["NM12"],
        };
        Assert.That(
            V4l2Devices.List(driver).Single().Capabilities.Select(capability => capability.ToString()),
            Is.EqualTo(new[] { "NM12 64x36 30000/1001 fps", "NM12 128x72 30000/1001 fps" }));
        Assert.That(driver.Misuses, Is.Empty);
    }

    [Test]
    public void List_leaves_out_what_gives_no_pictures()
    {
        using var driver = new SimulatedDriver(new ControllableClock()) { Capabilities = LibcVideo.V4L2_CAP_VIDEO_CAPTURE_MPLANE };
        Assert.That(V4l2Devices.List(driver), Is.Empty);
        Assert.That(driver.OpenDescriptors, Is.Zero);
    }

    [Test]
    public void List_device_that_tells_no_sizes_has_the_one_it_is_set_to()
    {
        using var driver = new SimulatedDriver(new ControllableClock())
        {
            Formats = ["YUYV"],
            Fault = call => call is "ENUM_FRAMESIZES" or "ENUM_FRAMEINTERVALS" ? Native.DeviceErrors.Enotty : 0,
        };
        var capability = (VideoCapability)V4l2Devices.List(driver).Single().Capabilities.Single();
        Assert.That((capability.Width, capability.Height, capability.FrameRates.Count), Is.EqualTo((64, 36, 0)));
    }

    [Test]
    public void List_of_this_machine_does_not_fail() => Assert.That(() => V4l2Devices.List(), Throws.Nothing);
}
