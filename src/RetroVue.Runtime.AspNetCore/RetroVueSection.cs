using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using NodaTime;
using NodaTime.Text;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Hls;

namespace RetroVue.Runtime.AspNetCore;

/// <summary>
/// Reads a station's options from a section of the app's configuration. This code does not use binding by reflection, so that it works the
/// same in an app that was trimmed or compiled ahead of time, and so that it finds keys that do not exist.
/// </summary>
/// <param name="section">The section.</param>
internal sealed class RetroVueSection(IConfigurationSection section) : IConfigureOptions<RetroVueOptions>
{
    public void Configure(RetroVueOptions options)
    {
        options.Section = section.Path;
        Read(
            section,
            options.Misread,
            (nameof(options.ScheduleFile), file => options.ScheduleFile = Value(file)),
            (nameof(options.MaxConnections), connections => options.MaxConnections = Integer(connections)),
            (nameof(options.Hls), hls => ReadHls(hls, options)),
            (nameof(options.Channel), channel => ReadChannel(channel, options)));
    }

    private static void ReadHls(IConfigurationSection section, RetroVueOptions options)
    {
        HlsViewerOptions hls = options.Hls ??= new();
        Read(
            section,
            options.Misread,
            (nameof(hls.Silence), silence => hls.Silence = Integer(silence)),
            (nameof(hls.Preroll), preroll => hls.Preroll = Integer(preroll)));
    }

    private static void ReadChannel(IConfigurationSection section, RetroVueOptions options)
    {
        ChannelOptions channel = options.Channel ??= new();
        Read(
            section,
            options.Misread,
            (nameof(channel.Linger), linger => channel.Linger = ClockTime.FromTimeSpan(ConfiguredDuration.Parse(Value(linger)))),
            (nameof(channel.Horizon), horizon => channel.Horizon = Duration.FromTimeSpan(ConfiguredDuration.Parse(Value(horizon)))),
            (nameof(channel.RecoveryPause), pause => channel.RecoveryPause = ClockTime.FromTimeSpan(ConfiguredDuration.Parse(Value(pause)))),
            (nameof(channel.RecoveryAttempts), attempts => channel.RecoveryAttempts = Integer(attempts)),
            (nameof(channel.Epoch), epoch => channel.Epoch = Instant(epoch)));
    }

    /// <summary>Reads each key of a section; adds the errors to the problems.</summary>
    private static void Read(IConfigurationSection section, List<string> problems, params (string Name, Action<IConfigurationSection> Read)[] settings)
    {
        string known = string.Join(", ", settings.Select(setting => setting.Name));
        if (!string.IsNullOrEmpty(section.Value))
        {
            problems.Add($"{section.Path} is '{section.Value}', but it is a section. Write its settings below it: {known}.");
        }

        // Keys of the configuration are case-insensitive.
        Dictionary<string, Action<IConfigurationSection>> byName = settings.ToDictionary(
            setting => setting.Name, setting => setting.Read, StringComparer.OrdinalIgnoreCase);
        foreach (IConfigurationSection setting in section.GetChildren())
        {
            if (!byName.TryGetValue(setting.Key, out Action<IConfigurationSection>? read))
            {
                problems.Add($"{setting.Path} is no setting of a station. Write one of these, or remove it: {known}.");
                continue;
            }

            try
            {
                // A null value means that the setting is omitted.
                if (setting.Value is not null || setting.GetChildren().Any())
                {
                    read(setting);
                }
            }
            catch (FormatException exception)
            {
                problems.Add($"{setting.Path} is '{setting.Value}', which is {exception.Message}");
            }
        }
    }

    private static string Value(IConfigurationSection setting) => setting.GetChildren().Any()
        ? throw new FormatException("not one value: there are keys below it. Write one value.")
        : setting.Value!;

    private static int Integer(IConfigurationSection setting) =>
        int.TryParse(Value(setting), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new FormatException("not a whole number that fits 32 bits. Write digits, such as 5.");

    private static Instant Instant(IConfigurationSection setting) => InstantPattern.ExtendedIso.Parse(Value(setting)).TryGetValue(default, out Instant instant)
        ? instant
        : throw new FormatException("not an instant of UTC. Write 2024-01-01T00:00:00Z.");
}
