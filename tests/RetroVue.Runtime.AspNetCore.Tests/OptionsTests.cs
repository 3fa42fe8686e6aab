using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Hls;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.AspNetCore.Tests;

/// <summary>A station's options are read from configuration and from code; a value that is not possible gets a clear error.</summary>
public sealed class OptionsTests
{
    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public void Every_option_is_read_from_the_section()
    {
        RetroVueOptions options = Read(
            ("ScheduleFile", "/tv/schedule.json"), ("maxconnections", "7"), ("Hls:Silence", "5"), ("Hls:Preroll", "0"), ("Channel:Linger", "00:00:02"),
            ("Channel:Horizon", "1.12:00:00"), ("Channel:RecoveryPause", "250 ms"), ("Channel:RecoveryAttempts", "0"), ("Channel:Epoch", "2020-02-29T12:00:00Z"));
        Assert.That((options.ScheduleFile, options.MaxConnections), Is.EqualTo(("/tv/schedule.json", 7)));
        Assert.That(options.Hls, Is.EqualTo(new HlsViewerOptions { Silence = 5, Preroll = 0 }));
        Assert.That(options.Channel, Is.EqualTo(new ChannelOptions
        {
            Linger = ClockTime.FromSeconds(2),
            Horizon = Duration.FromHours(36),
            RecoveryPause = ClockTime.FromMilliseconds(250),
            RecoveryAttempts = 0,
            Epoch = Instant.FromUtc(2020, 2, 29, 12, 0),
        }));
    }

    [Test]
    public void Every_option_that_is_no_object_of_code_has_a_key()
    {
        string[] code = [nameof(RetroVueOptions.Channels), nameof(RetroVueOptions.Progress)];
        string[] names =
        [
            .. typeof(RetroVueOptions).GetProperties().Select(property => property.Name).Except(code, StringComparer.Ordinal),
            .. typeof(HlsViewerOptions).GetProperties().Select(property => $"Hls:{property.Name}"),
            .. typeof(ChannelOptions).GetProperties().Select(property => $"Channel:{property.Name}"),
        ];
        Assert.That(names, Has.Length.EqualTo(11));
        string message = Fail([.. names.Select(name => (name, "?"))]);
        Assert.That(message, Does.Not.Contain("no setting"));
    }

    [Test]
    public void What_code_sets_after_the_section_counts()
    {
        var services = new ServiceCollection();
        services.AddRetroVue(Section(("ScheduleFile", "a.json"), ("MaxConnections", "7"))).AddRetroVue(options => options.MaxConnections = 8);
        using ServiceProvider provider = services.BuildServiceProvider();
        RetroVueOptions options = provider.GetRequiredService<IOptions<RetroVueOptions>>().Value;
        Assert.That((options.ScheduleFile, options.MaxConnections), Is.EqualTo(("a.json", 8)));
        Assert.That(services.Count(service => service.ServiceType == typeof(Station)), Is.EqualTo(1), "a station added twice is one station");
    }

    [TestCase("00:00:02", 2)]
    [TestCase("-00:00:02", -2)]
    [TestCase("1.00:00:00.5", 86400.5)]
    [TestCase("2 s", 2)]
    [TestCase(" 1.5seconds ", 1.5)]
    [TestCase("500 ms", 0.5)]
    [TestCase("10 min", 600)]
    [TestCase("6 h", 21600)]
    [TestCase("1 day", 86400)]
    public void Duration_is_read_as_time_span_or_with_its_unit(string text, double seconds) =>
        Assert.That(ConfiguredDuration.Parse(text), Is.EqualTo(TimeSpan.FromSeconds(seconds)));

    // TimeSpan.Parse takes "24:00:00" as 24 days and "10" as ten days. Neither is what the author of the configuration means.
    [TestCase("10", "a number without a unit")]
    [TestCase("24:00:00", "not a duration")]
    [TestCase("NaN", "not a duration")]
    [TestCase("", "not a duration")]
    [TestCase("1e3 s", "not a duration")]
    [TestCase("2 weeks", "not a duration")]
    [TestCase("9999999999 d", "longer than")]
    [TestCase("99999999999999999999999999999999999 s", "not a duration")]
    public void Duration_that_cannot_be_read_says_why_and_what_to_write(string text, string cause)
    {
        string message = Fail(("ScheduleFile", "a.json"), ("Channel:Linger", text));
        Assert.That(message, Does.Contain($"RetroVue:Channel:Linger is '{text}', which is ").And.Contain(cause).And.Contain("Write 00:00:02"));
    }

    [TestCase("Linger", "1 s", "RetroVue:Linger is no setting")]
    [TestCase("Channel:Lingr", "1 s", "RetroVue:Channel:Lingr is no setting")]
    [TestCase("Channels", "x", "RetroVue:Channels is no setting")]
    [TestCase("Channel", "x", "RetroVue:Channel is 'x', but it is a section")]
    [TestCase("MaxConnections", "many", "RetroVue:MaxConnections is 'many', which is not a whole number")]
    [TestCase("MaxConnections", "99999999999", "RetroVue:MaxConnections is '99999999999', which is not a whole number")]
    [TestCase("MaxConnections:Limit", "5", "RetroVue:MaxConnections is '', which is not one value")]
    [TestCase("Channel:Epoch", "yesterday", "RetroVue:Channel:Epoch is 'yesterday', which is not an instant")]
    public void Key_or_value_that_is_none_is_named(string key, string value, string beginning)
    {
        string message = Fail(("ScheduleFile", "a.json"), (key, value));
        Assert.That(message, Does.StartWith(beginning));
        Assert.That(message, Does.Contain("Write "));
    }

    [Test]
    public void Section_that_is_missing_says_what_to_write_where() =>
        Assert.That(Fail(), Does.StartWith("RetroVue:ScheduleFile is not set, so there is nothing to air."));

    [Test]
    public void Value_set_in_code_is_named_as_in_code()
    {
        var services = new ServiceCollection();
        services.AddRetroVue(options => (options.ScheduleFile, options.Channel.Linger) = ("a.json", ClockTime.FromSeconds(-5)));
        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.That(
            () => provider.GetRequiredService<IOptions<RetroVueOptions>>().Value,
            Throws.InstanceOf<OptionsValidationException>().With.Message.EqualTo(
                "RetroVueOptions.Channel.Linger is -0.00:00:05: a channel lingers for a time that is not negative. "
                + "Write 00:00:00 (off the air at once) to 366.00:00:00 (366 days)."));
    }

    [Test]
    public void App_does_not_start_with_what_is_wrong()
    {
        Assert.That(async () => await RunAsync(options => options.MaxConnections = 0), Throws.InstanceOf<OptionsValidationException>().With.Message.StartsWith("RetroVueOptions.MaxConnections is 0: "));
    }

    // For any values, either there is one clear error before the start, or the station starts, airs, and stops.
    [Test]
    public void Any_values_are_refused_clearly_or_start() => RandomCases.Run(40, random =>
    {
        List<string> set = [];
        try
        {
            RunAsync(options =>
            {
                int count = random.Next(1, 4);
                for (int i = 0; i < count; i++)
                {
                    set.Add(SetAny(options, random));
                }
            }).GetAwaiter().GetResult();
        }
        catch (OptionsValidationException exception)
        {
            Assert.That(exception.Failures, Is.Not.Empty);
            foreach (string failure in exception.Failures)
            {
                Assert.That(failure, Does.Match(@"^RetroVueOptions\.[A-Za-z.]+ (is|has) (?s:.*)(: |\. |, ).*(Write|Leave|Remove|Do not set) .*\.$"), string.Join(", ", set));
            }
        }
        catch (Exception exception)
        {
            Assert.Fail($"{string.Join(", ", set)}: {exception}");
        }
    });

    // The same check with values from configuration, which are text.
    [Test]
    public void Any_text_in_the_section_is_refused_clearly_or_read() => RandomCases.Run(500, random =>
    {
        string[] keys =
        [
            "ScheduleFile", "MaxConnections", "Hls", "Hls:Silence", "Hls:Preroll", "Channel", "Channel:Linger", "Channel:Horizon",
            "Channel:RecoveryPause", "Channel:RecoveryAttempts", "Channel:Epoch", "Chanel:Linger", "X",
        ];
        string[] texts =
        [
            "", " ", "NaN", "-1", "0", "1", "6", "2147483647", "2147483648", "1e400", "Infinity", "-Infinity", "00:00:00", "00:00:30", "-00:00:01", "6 h",
            "10675199.02:48:05.4775807", "-10675199.02:48:05.4775808", "10675200 d", "0.1 ns", "1 ms", "٣ s", "2024-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
            "-9998-01-01T00:00:00Z", "true", "\0", new string('9', 5000), new string('x', 5000),
        ];
        (string Key, string Value)[] settings =
            [.. Enumerable.Range(0, random.Next(5)).Select(_ => (Key: keys[random.Next(keys.Length)], Value: texts[random.Next(texts.Length)])).DistinctBy(setting => setting.Key, StringComparer.Ordinal)];
        try
        {
            RetroVueOptions options = Read(settings);
            Assert.That(options.Channel.FindProblems(), Is.Empty);
        }
        catch (OptionsValidationException exception)
        {
            Assert.That(exception.Failures, Is.All.Matches(@"^RetroVue:[A-Za-z:]+ is (?s:.*)(Write|Leave|Remove|Do not set) (?s:.*)\.$"));
        }
    });

    private static string SetAny(RetroVueOptions options, Random random)
    {
        long[] numbers = [long.MinValue, long.MinValue + 1, -1, 0, 1, 1_000_000, 999_999_999, 30_000_000_000, 366L * 86400 * 1_000_000_000, long.MaxValue];
        int[] counts = [int.MinValue, -1, 0, 1, 3, 6, 7, 1000, 1001, 1_000_000, 1_000_001, int.MaxValue];
        long number = random.Next(3) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : numbers[random.Next(numbers.Length)];
        int count = random.Next(3) == 0 ? random.Next(int.MinValue, int.MaxValue) : counts[random.Next(counts.Length)];
        switch (random.Next(10))
        {
            case 0:
                options.MaxConnections = count;
                return $"MaxConnections={count}";
            case 1:
                options.Hls.Silence = count;
                return $"Silence={count}";
            case 2:
                options.Hls.Preroll = count;
                return $"Preroll={count}";
            case 3:
                options.Channel.RecoveryAttempts = count;
                return $"RecoveryAttempts={count}";
            case 4:
                options.Channel.Linger = ClockTime.FromNanoseconds(number);
                return $"Linger={number}";
            case 5:
                options.Channel.RecoveryPause = ClockTime.FromNanoseconds(number);
                return $"RecoveryPause={number}";
            case 6:
                options.Channel.Horizon = random.Next(3) switch { 0 => Duration.MaxValue, 1 => Duration.MinValue, _ => Duration.FromNanoseconds(number) };
                return $"Horizon={options.Channel.Horizon}";
            case 7:
                options.Channel.Epoch = random.Next(3) switch
                {
                    0 => Instant.MaxValue,
                    1 => Instant.MinValue,
                    _ => Instant.FromUnixTimeTicks(random.NextInt64(Instant.MinValue.ToUnixTimeTicks(), Instant.MaxValue.ToUnixTimeTicks())),
                };
                return $"Epoch={options.Channel.Epoch}";
            case 8:
                string[] files = ["", " ", "\n", "schedule.json"];
                options.ScheduleFile = files[random.Next(files.Length)];
                return string.Create(CultureInfo.InvariantCulture, $"ScheduleFile='{options.ScheduleFile}'");
            default:
                options.Channels = random.Next(2) == 0 ? null : [null!];
                return "Channels";
        }
    }

    /// <summary>Starts an app with a station, watches the station's channel, and stops the app.</summary>
    private static async Task RunAsync(Action<RetroVueOptions> configure)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddRetroVue(options =>
        {
            options.Channels = [TestStation.Channel("first", "First", TestMedia.Clip("options"))];
            configure(options);
        });
        await using WebApplication app = builder.Build();
        await app.StartAsync();
        ChannelManager channel = app.Services.GetRequiredService<Station>().Channels[0];
        await using (ViewerSession session = await channel.JoinAsync(HlsJoin.Request(channel, "test", app.Services.GetRequiredService<IOptions<RetroVueOptions>>().Value.Hls)))
        {
            using ChunkReader reader = session.Output.Stream.Read();
            ChunkReadState state;
            MediaBuffer? chunk;
            while ((state = reader.TryRead(out chunk)) == ChunkReadState.Empty)
            {
                await reader.News;
            }

            chunk?.Release();
            Assert.That(state, Is.EqualTo(ChunkReadState.Chunk));
        }

        await app.StopAsync();
    }

    private static IConfigurationSection Section(params (string Key, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"RetroVue:{setting.Key}", (string?)setting.Value)))
        .Build()
        .GetSection("RetroVue");

    private static RetroVueOptions Read(params (string Key, string Value)[] settings)
    {
        using ServiceProvider provider = new ServiceCollection().AddRetroVue(Section(settings)).BuildServiceProvider();
        return provider.GetRequiredService<IOptions<RetroVueOptions>>().Value;
    }

    private static string Fail(params (string Key, string Value)[] settings) =>
        Assert.Throws<OptionsValidationException>(() => Read(settings))!.Message;
}
