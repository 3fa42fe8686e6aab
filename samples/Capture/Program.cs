using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using RetroVue.Media;
using RetroVue.Media.Devices;
using RetroVue.Media.Time;
using RetroVue.Samples;

var list = new Option<bool>("--list") { Description = "List the devices, and what they can do." };
var video = new Option<string?>("--video") { Description = "The camera, as --list names it, 'portal' for a screen or window that you choose, or 'test'.", HelpName = "DEVICE" };
var audio = new Option<string?>("--audio") { Description = "The microphone, as --list names it, or 'test'.", HelpName = "DEVICE" };
var token = new Option<string?>("--restore-token")
{
    Description = "For a screen: store your choice in this file, so that the desktop does not ask again.",
    HelpName = "FILE",
};
var size = new Option<string>("--size") { Description = "The picture's size.", HelpName = "WIDTHxHEIGHT", DefaultValueFactory = _ => "640x360" };
var rate = new Option<string>("--rate") { Description = "Pictures per second, such as 25 or 30000/1001; for a screen, the maximum.", HelpName = "FPS", DefaultValueFactory = _ => "25" };
var duration = new Option<double?>("--duration") { Description = "Seconds to record; without it, until Ctrl-C.", HelpName = "SECONDS" };
var plot = new Option<string?>("--plot") { Description = "Draw the times of all buffers against the clock into this SVG file.", HelpName = "FILE" };
var newFiles = new Option<bool>("--new-files")
{
    Description = "Go on in a new file (clip-2.mkv) when the signal's size or rate changes; otherwise pictures are scaled to --size.",
};
var options = new Option<string[]>("--url-option")
{
    Description = "Set an option of the URL's protocol, by FFmpeg's name: method=PUT. May be repeated.",
    HelpName = "NAME=VALUE",
};
var output = new Argument<string?>("OUTPUT")
{
    Description = "A file (.mkv, .mp4, .ts), or a URL for a transport stream: udp, rtp, tcp, srt, http (POST) and the other protocols of FFmpeg.",
    Arity = ArgumentArity.ZeroOrOne,
};
var command = new RootCommand("Records cameras, screens and microphones, with their capture times.")
{
    list, video, audio, token, size, rate, duration, plot, newFiles, options, output,
};

command.SetAction(async (arguments, cancellation) =>
{
    try
    {
        if (arguments.GetValue(list))
        {
            DeviceTable.Write(DeviceDirectory.List(), await SharedScreen.ProbeAsync(cancellation).ConfigureAwait(false));
            return 0;
        }

        (int width, int height) = ParseSize(arguments.GetValue(size)!);
        var settings = new CaptureSettings
        {
            Video = arguments.GetValue(video),
            Audio = arguments.GetValue(audio),
            RestoreToken = arguments.GetValue(token),
            Output = arguments.GetValue(output) ?? throw new FormatException("Say where to record to: a file, or a URL."),
            ProtocolOptions = ParseOptions(arguments.GetValue(options) ?? []),
            Width = width,
            Height = height,
            FrameRate = ParseRate(arguments.GetValue(rate)!),
            HasNewFiles = arguments.GetValue(newFiles),
            Duration = arguments.GetValue(duration) is { } seconds ? ClockTime.FromNanoseconds((long)(seconds * 1e9)) : ClockTime.None,
            Plot = arguments.GetValue(plot),
        };
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Cancel(context, end));
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Cancel(context, end));
        await CaptureRun.RunAsync(settings, end.Token).ConfigureAwait(false);
        return 0;
    }
    catch (OperationCanceledException)
    {
        // Nothing has been recorded yet.
        return 1;
    }
    catch (Exception error) when (error is FormatException or MediaException or IOException)
    {
        await Console.Error.WriteLineAsync(error.Message)
            .ConfigureAwait(false);
        return 1;
    }
});
return await command.Parse(args).InvokeAsync().ConfigureAwait(false);

static void Cancel(PosixSignalContext context, CancellationTokenSource end)
{
    // The recording is finished normally.
    context.Cancel = true;
    end.Cancel();
}

static (int Width, int Height) ParseSize(string text) => text.Split('x') is [var width, var height]
    && int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out int w)
    && int.TryParse(height, NumberStyles.None, CultureInfo.InvariantCulture, out int h) && w > 0 && h > 0
        ? (w, h)
        : throw new FormatException($"--size must be WIDTHxHEIGHT, such as 640x360, not '{text}'.");

static Dictionary<string, string> ParseOptions(string[] texts)
{
    var options = new Dictionary<string, string>(StringComparer.Ordinal);
    foreach (string text in texts)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        options[equals > 0 ? text[..equals] : throw new FormatException($"--url-option must be NAME=VALUE, such as method=PUT, not '{text}'.")] = text[(equals + 1)..];
    }

    return options;
}

static Rational ParseRate(string text)
{
    string[] parts = text.Split('/');
    int denominator = 1;
    bool isRate = parts.Length is 1 or 2
        && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int numerator) && numerator > 0
        && (parts.Length == 1 || int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out denominator)) && denominator > 0;
    return isRate
        ? new Rational(int.Parse(parts[0], CultureInfo.InvariantCulture), denominator)
        : throw new FormatException($"--rate must be a number or a fraction, such as 25 or 30000/1001, not '{text}'.");
}
