using System.Diagnostics;
using System.Net.Sockets;
using RetroVue.Media.Devices.Portal;
using RetroVue.Media.Devices.Tests.Support;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.Portal;

/// <summary>The calls to the portal, which a stand-in answers on a private bus.</summary>
public sealed class ScreenCastTests
{
    // No call here waits for a user. The limit is for a busy machine.
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(2);

    private PrivateBus _bus = null!;

    [SetUp]
    public void StartBus() => _bus = PrivateBus.Start();

    [TearDown]
    public void StopBus() => _bus?.Dispose();

    [Test]
    public async Task Start_tells_what_is_shared_and_the_token_for_the_next_time()
    {
        using StandInPortal portal = new StandInPortal(_bus.Address) { Nodes = [42, 43] }.Start();
        using ScreenCast screen = await ScreenCast.StartAsync(Options());
        Assert.That(screen.Streams.Select(stream => stream.NodeId), Is.EqualTo(new[] { 42u, 43u }));
        ScreenCastStream first = screen.Streams[0];
        Assert.That(first.Session, Is.SameAs(screen));
        Assert.That((first.Position, first.Size), Is.EqualTo((((int, int)?)(-1920, 0), ((int, int)?)(1920, 1080))));
        Assert.That((first.Kind, first.Serial), Is.EqualTo((ScreenCastKinds.Window, (ulong?)1_000_000_000_000)));
        Assert.That((screen.RestoreToken, screen.HasEnded), Is.EqualTo(("token 1", false)));
    }

    [Test]
    public async Task Start_asks_for_what_the_portal_can_share_and_hands_the_token_on()
    {
        using StandInPortal portal = new StandInPortal(_bus.Address) { Kinds = 1 }.Start();
        using (ScreenCast first = await ScreenCast.StartAsync(Options() with { Persistence = ScreenCastPersistence.UntilRevoked }))
        {
            using ScreenCast second = await ScreenCast.StartAsync(Options() with
            {
                Persistence = ScreenCastPersistence.Application, RestoreToken = first.RestoreToken, Multiple = true, Cursor = ScreenCastCursors.Hidden,
            });
            Assert.That(second.RestoreToken, Is.EqualTo("token 2"), "a new one");
        }

        Assert.That(
            portal.Calls.Select(call => call.Method).Take(4),
            Is.EqualTo(new[] { "GetAll", "CreateSession", "SelectSources", "Start" }));
        var selections = portal.Calls.Where(call => call.Method == "SelectSources").Select(call => call.Options).ToList();
        Assert.That(Values(selections[0]), Is.EqualTo(new object?[] { 1u, false, 2u, 2u, null }), "monitor, one, in the picture, until revoked");
        Assert.That(Values(selections[1]), Is.EqualTo(new object?[] { 1u, true, 1u, 1u, "token 1" }));

        static object?[] Values(Dictionary<object, object?> options) =>
            [.. new[] { "types", "multiple", "cursor_mode", "persist_mode", "restore_token" }.Select(key => options.GetValueOrDefault(key))];
    }

    [TestCase(1u, false, false)]
    [TestCase(3u, true, false)]
    [TestCase(4u, true, true)]
    public async Task Start_leaves_out_what_the_portals_version_does_not_know(uint version, bool hasCursor, bool hasToken)
    {
        using StandInPortal portal = new StandInPortal(_bus.Address) { Version = version }.Start();
        using ScreenCast screen = await ScreenCast.StartAsync(Options() with
        {
            Persistence = ScreenCastPersistence.UntilRevoked, RestoreToken = "token 0",
        });
        Dictionary<object, object?> selection = portal.Calls.Single(call => call.Method == "SelectSources").Options;
        Assert.That(selection.ContainsKey("cursor_mode"), Is.EqualTo(hasCursor));
        Assert.That((selection.ContainsKey("persist_mode"), selection.ContainsKey("restore_token")), Is.EqualTo((hasToken, hasToken)));
        Assert.That(screen.RestoreToken is not null, Is.EqualTo(hasToken));
    }

    [TestCase(Fault.AnswersFirst)]
    [TestCase(Fault.StrangerAnswers)]
    public async Task Start_takes_the_portals_answer_whenever_it_comes_and_nobody_elses(Fault fault)
    {
        using StandInPortal portal = new StandInPortal(_bus.Address) { Fault = fault }.Start();
        using ScreenCast screen = await ScreenCast.StartAsync(Options());
        Assert.That((screen.Streams.Count, screen.HasEnded), Is.EqualTo((1, false)));
    }

    [TestCase(1u, "The user chose not to share")]
    [TestCase(2u, "ended Start before anything was shared")]
    public async Task Start_that_is_refused_says_by_whom(uint answer, string text)
    {
        using StandInPortal portal = new StandInPortal(_bus.Address) { Answer = answer }.Start();
        DeviceException failure = await FailAsync(Options());
        Assert.That(failure.Message, Does.Contain(text));
        Assert.That(failure.ErrorCode, Is.EqualTo(answer == 1 ? 125 : 5), "ECANCELED where the user did, else EIO");
    }

    [TestCase(Fault.DiesWhenCalled)]
    [TestCase(Fault.DiesWhileAsking)]
    public async Task Start_fails_soon_when_the_portal_goes(Fault fault)
    {
        using StandInPortal portal = new StandInPortal(_bus.Address) { Fault = fault }.Start();
        var watch = Stopwatch.StartNew();
        DeviceException failure = await FailAsync(Options());
        Assert.That(watch.Elapsed, Is.LessThan(s_soon));
        Assert.That(failure.Message, Does.Contain("portal is gone").And.Contain("systemctl --user status xdg-desktop-portal"));
    }

    [TestCase(Fault.NoVersion, "GetAll")]
    [TestCase(Fault.KindsAsText, "GetAll")]
    [TestCase(Fault.OtherPath, "CreateSession")]
    [TestCase(Fault.EmptyAnswer, "CreateSession")]
    [TestCase(Fault.NoSessionHandle, "CreateSession")]
    [TestCase(Fault.SessionHandleAsNumber, "CreateSession")]
    [TestCase(Fault.NoStreams, "Start")]
    [TestCase(Fault.EmptyStreams, "Start")]
    [TestCase(Fault.StreamsAsText, "Start")]
    public async Task Start_names_the_method_whose_answer_makes_no_sense(Fault fault, string method)
    {
        using StandInPortal portal = new StandInPortal(_bus.Address) { Fault = fault }.Start();
        DeviceException failure = await FailAsync(Options());
        Assert.That(failure.Message, Does.Contain($"answer to {method} is not valid"));
    }

    [Test]
    public async Task Start_without_a_portal_names_the_packages()
    {
        DeviceException failure = await FailAsync(Options());
        Assert.That(failure.Message, Does.Contain("no desktop portal").And.Contain("xdg-desktop-portal-gnome"));
        Assert.That(await ScreenCast.ProbeAsync(_bus.Address), Is.Null);
    }

    [Test]
    public async Task Start_with_a_portal_that_shares_no_screens_names_the_packages()
    {
        using StandInPortal portal = new StandInPortal(_bus.Address) { Fault = Fault.NoScreens }.Start();
        DeviceException failure = await FailAsync(Options());
        Assert.That(failure.Message, Does.Contain("no backend that can share screens").And.Contain("-wlr"));
        Assert.That(await ScreenCast.ProbeAsync(_bus.Address), Is.Null);
    }

    [Test]
    public async Task Start_without_a_bus_says_where_it_was_looked_for()
    {
        const string nowhere = "unix:path=/nonexistent/bus";
        DeviceException failure = await FailAsync(Options() with { Bus = nowhere });
        Assert.That(failure.Message, Does.Contain(nowhere).And.Contain("DBUS_SESSION_BUS_ADDRESS"));
        Assert.That(await ScreenCast.ProbeAsync(nowhere), Is.Null);
    }

    [Test]
    public async Task Start_on_a_bus_that_says_nothing_ends_at_the_limit()
    {
        string path = Path.Combine(Path.GetTempPath(), $"rv-silent-{Environment.ProcessId}");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen();
            var watch = Stopwatch.StartNew();
            DeviceException failure = await FailAsync(new ScreenCastOptions
            {
                Bus = $"unix:path={path}", AnswerLimit = ClockTime.FromMilliseconds(200),
            });
            Assert.That(failure.Message, Does.Contain("did not answer GetAll within"));
            Assert.That(watch.Elapsed, Is.LessThan(s_soon), "also to close");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestCase(Fault.NobodyAnswers, "did not choose a screen within")]
    [TestCase(Fault.Deaf, "did not answer GetAll within")]
    public async Task Start_that_nobody_answers_ends_at_the_limit(Fault fault, string text)
    {
        using StandInPortal portal = new StandInPortal(_bus.Address) { Fault = fault }.Start();
        DeviceException failure = await FailAsync(Options() with { AnswerLimit = ClockTime.FromMilliseconds(300) });
        Assert.That(failure.Message, Does.Contain(text));
        Assert.That(failure.IsTransient);
    }

    [Test]
    public async Task Start_that_nobody_answers_can_be_cancelled()
    {
        using StandInPortal portal = new StandInPortal(_bus.Address) { Fault = Fault.NobodyAnswers }.Start();
        using var cancellation = new CancellationTokenSource();
        Task<ScreenCast> start = ScreenCast.StartAsync(Options(), cancellation.Token);
        await Until.TrueAsync(() => portal.Calls.Any(call => call.Method == "Start"));
        await cancellation.CancelAsync();
        Assert.That(async () => await start, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Start_of_what_the_portal_cannot_share_names_what_it_can()
    {
        using StandInPortal portal = new StandInPortal(_bus.Address) { Kinds = 1, Cursors = 3 }.Start();
        DeviceException kind = await FailAsync(Options() with { Kinds = ScreenCastKinds.Window });
        Assert.That(kind.Message, Does.Contain("Window").And.Contain("only Monitor"));
        DeviceException cursor = await FailAsync(Options() with { Cursor = ScreenCastCursors.Metadata });
        Assert.That(cursor.Message, Does.Contain("Metadata").And.Contain("Hidden, Embedded"));
        Assert.That(portal.Calls.Select(call => call.Method), Has.None.EqualTo("CreateSession"), "the user is not bothered");
    }

    [Test]
    public async Task Probe_tells_what_the_portal_can_share()
    {
        using StandInPortal portal = new StandInPortal(_bus.Address) { Kinds = 5, Cursors = 3, Version = 4 }.Start();
        ScreenCastCapabilities? capabilities = await ScreenCast.ProbeAsync(_bus.Address);
        Assert.That(capabilities, Is.EqualTo(new ScreenCastCapabilities(
            4, ScreenCastKinds.Monitor | ScreenCastKinds.Virtual, ScreenCastCursors.Hidden | ScreenCastCursors.Embedded)));
    }

    [TestCase("session")]
    [TestCase("portal")]
    [TestCase("bus")]
    public async Task Session_that_ends_is_told(string what)
    {
        StandInPortal portal = new StandInPortal(_bus.Address).Start();
        try
        {
            using ScreenCast screen = await ScreenCast.StartAsync(Options());
            Assert.That((screen.Ended.IsCompleted, screen.HasEnded), Is.EqualTo((false, false)));
            switch (what)
            {
                case "session":
                    portal.EndSession();
                    break;
                case "portal":
                    portal.Dispose();
                    break;
                default:
                    _bus.Kill();
                    break;
            }

            await screen.Ended.WaitAsync(s_soon);
            Assert.That(screen.HasEnded);
            Assert.That(() => screen.OpenRemote(ClockTime.FromSeconds(1)), Throws.TypeOf<DeviceException>());
        }
        finally
        {
            if (what != "portal")
            {
                portal.Dispose();
            }
        }
    }

    [Test]
    public async Task Session_that_is_disposed_of_completes_its_end()
    {
        using StandInPortal portal = new StandInPortal(_bus.Address).Start();
        ScreenCast screen = await ScreenCast.StartAsync(Options());
        Assert.That(screen.Ended.IsCompleted, Is.False);
        screen.Dispose();
        screen.Dispose();
        await screen.Ended.WaitAsync(s_soon);
        Assert.That(screen.HasEnded, Is.False, "it was disposed of");
    }

    [Test]
    public async Task Session_that_its_owner_has_ended_says_so_to_who_records_from_it()
    {
        using StandInPortal portal = new StandInPortal(_bus.Address).Start();
        ScreenCast screen = await ScreenCast.StartAsync(Options());
        screen.Dispose();
        Assert.That(
            () => screen.OpenRemote(ClockTime.FromSeconds(1)),
            Throws.TypeOf<DeviceException>().With.Message.Contains("was ended by this program").And.Property(nameof(DeviceException.IsTransient)).False);
    }

    [TestCase(Fault.RemoteAsNumber)]
    public async Task Remote_that_is_none_is_said(Fault fault)
    {
        using StandInPortal portal = new StandInPortal(_bus.Address) { Fault = fault }.Start();
        using ScreenCast screen = await ScreenCast.StartAsync(Options());
        Assert.That(
            () => screen.OpenRemote(ClockTime.FromSeconds(1)),
            Throws.TypeOf<DeviceException>().With.Message.Contains("answer to OpenPipeWireRemote is not valid"));
    }

    [Test]
    [NonParallelizable]
    public async Task Sessions_leave_nothing_open()
    {
        using StandInPortal portal = new StandInPortal(_bus.Address) { Kinds = 1, Remote = BusSocket() }.Start();
        await OnceAsync();
        (int Files, int Threads) before = Count();
        for (int i = 0; i < 10; i++)
        {
            await OnceAsync();
        }

        // A thread of the pool may come or go meanwhile. If each session left one thread, there would be ten more.
        (int Files, int Threads) after = Count();
        Assert.That(after.Files - before.Files, Is.Zero.Within(2));
        Assert.That(after.Threads - before.Threads, Is.LessThan(5));

        async Task OnceAsync()
        {
            using (ScreenCast screen = await ScreenCast.StartAsync(Options()))
            {
                screen.OpenRemote(ClockTime.FromSeconds(1)).Dispose();
            }

            await FailAsync(Options() with { Kinds = ScreenCastKinds.Window });
        }

        static (int, int) Count() =>
            (Directory.GetFileSystemEntries("/proc/self/fd").Length, Directory.GetDirectories("/proc/self/task").Length);
    }

    [Test]
    public void Options_that_contradict_are_refused()
    {
        Assert.That(
            async () => await ScreenCast.StartAsync(Options() with { Kinds = ScreenCastKinds.None }), Throws.ArgumentException);
        Assert.That(
            async () => await ScreenCast.StartAsync(Options() with { Cursor = ScreenCastCursors.Hidden | ScreenCastCursors.Embedded }),
            Throws.ArgumentException);
    }

    private static async Task<DeviceException> FailAsync(ScreenCastOptions options)
    {
        DeviceException? failure = await Assert.ThrowsAsync<DeviceException>(() => ScreenCast.StartAsync(options));
        await TestContext.Out.WriteLineAsync(failure!.Message);
        return failure;
    }

    // Any socket that accepts connections will do.
    private string BusSocket() => _bus.Address["unix:path=".Length..];

    private ScreenCastOptions Options() => new() { Bus = _bus.Address, AnswerLimit = ClockTime.FromSeconds(10) };
}
