using RetroVue.Media.Blocking;
using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.Native;
using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.V4l2;

/// <summary>
/// Every native call fails, one after the other. There is an error that names the fault and the device, or a recovery. Nothing leaks or
/// hangs.
/// </summary>
public sealed class V4l2FaultTests
{
    private const int Pictures = 6;

    private static readonly int[] s_errors =
    [
        DeviceErrors.Eintr, DeviceErrors.Eio, DeviceErrors.Eagain, DeviceErrors.Enomem, DeviceErrors.Ebusy, DeviceErrors.Enodev,
        DeviceErrors.Einval, DeviceErrors.Epipe, DeviceErrors.Eacces, DeviceErrors.Enotty,
    ];

    private static readonly V4l2SourceOptions s_options = new()
    {
        Device = SimulatedDriver.Bus,
        Format = "YV12",
        Width = 128,
        Height = 72,
        FrameRate = new Rational(50, 1),
        BufferCount = 3,
    };

    [Test]
    public async Task Each_call_failing_once_or_from_then_on_is_an_error_or_a_recovery(
        [Values] bool isExported, [Values] bool isDigital, [Values] bool goesOn, [ValueSource(nameof(s_errors))] int error)
    {
        var calls = new List<string>();
        Assert.That(await RunAsync(isExported, isDigital, (name, _) => Record(calls, name)), Is.Null);
        string[] always =
        [
            "open", "QUERYCAP", "ENUMINPUT", "SUBSCRIBE_EVENT", "G_FMT", "S_FMT", "REQBUFS", "QUERYBUF", "mmap", "QBUF", "STREAMON", "poll",
            "DQBUF", "STREAMOFF", "munmap", "close",
        ];
        string[] ofInput = isDigital ? ["S_INPUT", "QUERY_DV_TIMINGS", "S_DV_TIMINGS", "DQEVENT"] : ["G_INPUT", "G_PARM", "S_PARM"];
        Assert.That(calls.ToHashSet(StringComparer.Ordinal), Is.SupersetOf(always.Concat(ofInput)));
        Assert.That(calls.Contains("EXPBUF") && calls.Contains("DMA_BUF_SYNC"), Is.EqualTo(isExported));
        for (int at = 0; at < calls.Count; at++)
        {
            string victim = calls[at];
            int first = at;
            Exception? outcome = await RunAsync(
                isExported, isDigital, (name, call) => call == first || (goesOn && call > first && name == victim) ? error : 0);
            if (outcome is not null)
            {
                Assert.That(outcome, Is.InstanceOf<ElementException>(), $"call {at}, {victim}");
                Assert.That(outcome.InnerException, Is.InstanceOf<DeviceException>(), $"call {at}, {victim}");
                var failure = (DeviceException)outcome.InnerException!;
                Assert.That(failure.Device, Is.EqualTo(SimulatedDriver.Bus));
                Assert.That(failure.Message, Does.Contain(SimulatedDriver.Bus), $"call {at}, {victim}");

                // A device that does not answer the query is not found by its name, so the error may be ENOENT.
                Assert.That(failure.ErrorCode, Is.EqualTo(error).Or.EqualTo(DeviceErrors.Enoent), $"call {at}, {victim}");
            }
        }
    }

    [Test]
    public async Task Interruptions_and_empty_wake_ups_lose_no_picture()
    {
        foreach (int error in new[] { DeviceErrors.Eintr, DeviceErrors.Eagain })
        {
            int polls = 0;
            await using SimulatedCapture capture = await SimulatedCapture.StartAsync();
            capture.Driver.Fault = call => call is "poll" or "DQBUF" && polls++ % 3 == 1 ? error : 0;
            capture.StepUntil(20);
            Assert.That(capture.Source.Statistics.Lost, Is.Zero);
            Assert.That(capture.Buffers.Select(buffer => buffer.Sequence), Is.EqualTo(Enumerable.Range(0, 20)));
        }
    }

    [Test]
    public async Task Device_that_is_unplugged_fails_the_pipeline_and_says_so()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync();
        MediaBuffer? held = null;
        capture.Sink.Keep = buffer =>
        {
            held ??= buffer;
            return ReferenceEquals(held, buffer);
        };
        capture.Step(5);
        capture.Driver.IsUnplugged = true;
        capture.Step();
        ElementException failure = (await Assert.ThrowsAsync<ElementException>(() => capture.Pipeline.RunAsync()))!;
        Assert.That(failure.Element, Is.EqualTo("camera"));
        Assert.That((failure.InnerException as DeviceException)?.ErrorCode, Is.EqualTo(DeviceErrors.Enodev));
        Assert.That(failure.Message, Does.Contain(SimulatedDriver.Node).And.Contain("unplugged"));
        Assert.That(held!.Data.IsEmpty, Is.False, "a picture that is held outlives the device");
        held.Release();
    }

    [Test]
    public async Task Buffer_that_cannot_be_given_back_fails_the_source_not_the_thread_that_released_it()
    {
        await using SimulatedCapture capture = await SimulatedCapture.StartAsync();
        MediaBuffer? held = null;
        capture.Sink.Keep = buffer => (held = buffer) is not null;
        capture.Step();
        capture.Driver.Fault = call => call == "QBUF" ? DeviceErrors.Eio : 0;
        Assert.That(held!.Release, Throws.Nothing);
        capture.Step();
        ElementException failure = (await Assert.ThrowsAsync<ElementException>(() => capture.Pipeline.RunAsync()))!;
        Assert.That(failure.Message, Does.Contain("Giving a buffer back"));
    }

    [Test]
    public async Task Stop_ends_a_wait_for_a_picture_that_does_not_come_within_200_ms()
    {
        await RunSilentAsync(async (pipeline, driver) =>
        {
            ClockTime before = SystemClock.Instance.Now;
            await pipeline.StopAsync();
            ClockTime took = SystemClock.Instance.Now - before;
            Assert.That(took, Is.LessThan(ClockTime.FromMilliseconds(200)), "a wait of 50 ms, and slack for the machine");
            Assert.That(pipeline.State, Is.EqualTo(PipelineState.Stopped));
        });
    }

    [Test]
    public async Task Device_that_is_unplugged_while_waited_for_fails_the_pipeline_at_once()
    {
        await RunSilentAsync(async (pipeline, driver) =>
        {
            ClockTime before = SystemClock.Instance.Now;
            driver.IsUnplugged = true;
            await Assert.ThatAsync(() => Watchdog.WithinAsync(pipeline.RunAsync(), TimeSpan.FromSeconds(5)), Throws.InstanceOf<ElementException>());
            Assert.That(SystemClock.Instance.Now - before, Is.LessThan(ClockTime.FromSeconds(1)), "a wait of 50 ms, and the stop");
        });
    }

    private static int Record(List<string> calls, string name)
    {
        calls.Add(name);
        return 0;
    }

    /// <summary>
    /// Runs a source for a short time; a digital one has the multi-planar interface and a signal that changes. Checks for leaks at the end,
    /// and returns the pipeline's error, or null.
    /// </summary>
    private static async Task<Exception?> RunAsync(bool isExported, bool isDigital, Func<string, int, int> fault)
    {
        int calls = 0;
        V4l2SourceOptions options = s_options with { ExportDmaBuf = isExported };
        await using SimulatedCapture capture = !isDigital ? new SimulatedCapture(options) : new SimulatedCapture(
            options with { Input = SimulatedDriver.DigitalInput, Format = "NM12" },
            clock => new SimulatedDriver(clock)
            {
                Capabilities = LibcVideo.V4L2_CAP_VIDEO_CAPTURE_MPLANE | LibcVideo.V4L2_CAP_STREAMING,
                Formats = ["YUYV", "NM12"],
            });
        capture.Driver.Fault = name => fault(name, calls++);
        MediaBuffer? held = null;
        capture.Sink.Keep = buffer =>
        {
            // One buffer is always held, so that one returns after the stop.
            held?.Release();
            held = buffer;
            return true;
        };
        try
        {
            await capture.Pipeline.StartAsync();
            for (int i = 0; capture.Sink.Count < Pictures && i < 10 * Pictures; i++)
            {
                capture.Step();
                if (isDigital && i == Pictures / 2)
                {
                    capture.Driver.ChangeSignal((640, 360, 50));
                }
            }

            bool isWhole = capture.Sink.Count == Pictures;
            await capture.Pipeline.StopAsync();
            held?.Release();
            held = null;
            await capture.Pipeline.RunAsync();

            // There was no failure. Then all pictures came; or a call kept returning "not yet", which only EAGAIN and EINTR mean; or the
            // device could not take over a signal, and the source waits for its change.
            Assert.That(isWhole || fault("poll", int.MaxValue) is DeviceErrors.Eagain or DeviceErrors.Eintr
                || fault("DQBUF", int.MaxValue) is DeviceErrors.Eagain or DeviceErrors.Eintr
                || fault("S_DV_TIMINGS", int.MaxValue) is DeviceErrors.Einval);
            return null;
        }
        catch (ElementException exception)
        {
            return exception;
        }
        finally
        {
            held?.Release();
        }
    }

    private static async Task RunSilentAsync(Func<Pipeline, SimulatedDriver, Task> test)
    {
        using var driver = new SimulatedDriver(new ControllableClock()) { IsSilent = true };
        await using (var pipeline = new Pipeline())
        {
            V4l2Source source = pipeline.Add(new V4l2Source("camera", new V4l2SourceOptions { Device = SimulatedDriver.Node }, driver));
            pipeline.Link(source, pipeline.Add(new CollectingSink("sink")));
            await pipeline.StartAsync();
            Thread.Sleep(50);
            await test(pipeline, driver);
        }

        Assert.That(driver.OpenDescriptors, Is.Zero);
        Assert.That(driver.Mappings, Is.Zero);
        Assert.That(driver.Misuses, Is.Empty);
    }
}
