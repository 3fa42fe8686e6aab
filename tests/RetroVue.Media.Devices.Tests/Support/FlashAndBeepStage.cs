using System.Runtime.InteropServices;
using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Alsa;
using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.Native;
using RetroVue.Media.Devices.Tests.Alsa;
using RetroVue.Media.Devices.Tests.V4l2;
using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.Support;

/// <summary>
/// Shows a flash to a camera of vivid once a second, and plays a beep to a card of snd-aloop at the same instant.
/// </summary>
/// <remarks>
/// vivid makes a picture, and stamps it, at the kernel tick at which the picture is due. Between two pictures there is always the same
/// number of ticks. So the stamp of a future picture is known. A light that is switched on half an interval before that is first seen in
/// that picture, and the beep is written so that it is heard at that stamp by the card's own count. Three errors remain: the stamp is late
/// by the thread's wake-up, the count by a reading, and the beep begins with a whole frame. On a machine with nothing else to do, each is
/// about 10 µs.
/// </remarks>
internal sealed class FlashAndBeepStage : IDisposable
{
    public const int PicturesPerSecond = 10;

    /// <summary>The number of lit pictures in a second: the first ones.</summary>
    private const int LitPictures = 3;

    private static readonly ClockTime s_interval = ClockTime.FromSeconds(1) / PicturesPerSecond;
    private static readonly V4l2System s_system = V4l2System.Instance;

    private readonly DriftingLoopback _card;
    private readonly RecordingSystem _driver;
    private readonly int _light;
    private ClockTime _picture0;
    private long _firstFlash = long.MaxValue;

    /// <summary>Makes a stage of a card and of a camera whose driver's calls are recorded.</summary>
    public FlashAndBeepStage(DriftingLoopback card, RecordingSystem driver, string camera)
    {
        (_card, _driver) = (card, driver);
        _light = s_system.Open(camera);
        _light.ThrowIfError(camera, "Opening");
        SwitchLight(false);
    }

    public void Dispose()
    {
        SwitchLight(false);
        _ = s_system.Close(_light);
    }

    /// <summary>Waits until both devices run, and then performs for a number of seconds.</summary>
    /// <returns>The error of the card's count against its rate at the end.</returns>
    public async Task<ClockTime> PerformAsync(int seconds)
    {
        await Until.TrueAsync(() => _card.HasStarted && _driver.Pictures.Count > PicturesPerSecond);
        return await Task.Run(() => Perform(seconds));
    }

    private ClockTime Perform(int seconds)
    {
        // The very first picture is made at once, between two ticks, so it is left out.
        _picture0 = _driver.Pictures.Skip(1).Select(picture => picture.Stamp - (s_interval * picture.Sequence)).Min();
        ClockTime frame0 = _card.WatchSteps();
        using ClockWait wait = SystemClockWaiter.Instance.CreateWait();
        long picture = PictureAt(SystemClock.Instance.Now) + 2;
        _firstFlash = SecondOf(PictureAt(_card.HeardAt(_card.Written))) + PicturesPerSecond;
        for (long end = _firstFlash + (seconds * PicturesPerSecond); picture < end; picture++)
        {
            wait.Until(SystemClock.Instance, StampOf(picture) - (s_interval / 2));
            SwitchLight(picture >= _firstFlash && picture - SecondOf(picture) < LitPictures);
            Play();
        }

        return _card.WatchSteps() - frame0;
    }

    private void Play()
    {
        int[] samples = new int[_card.Room()];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = IsBeepAt(_card.HeardAt(_card.Written + i)) ? int.MaxValue : 0;
        }

        _card.Play(samples);
    }

    private bool IsBeepAt(ClockTime time)
    {
        long flash = SecondOf(PictureAt(time));
        return flash >= _firstFlash && time - StampOf(flash) < FlashAndBeepOffsets.Beep;
    }

    /// <summary>Returns the first picture of the second in which a picture is.</summary>
    private static long SecondOf(long picture) => picture / PicturesPerSecond * PicturesPerSecond;

    /// <summary>Returns the last picture whose stamp is not later than a time.</summary>
    private long PictureAt(ClockTime time) => (time - _picture0).Nanoseconds / s_interval.Nanoseconds;

    private ClockTime StampOf(long picture) => _picture0 + (s_interval * picture);

    private unsafe void SwitchLight(bool isOn)
    {
        var pattern = new Control { Id = Control.TestPattern, Value = isOn ? Control.White : Control.Black };
        s_system.Control(_light, Control.Set, &pattern).ThrowIfError("vivid", "Switching the light of");
    }

    /// <summary>struct v4l2_control (linux/videodev2.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Control
    {
        /// <summary>VIDIOC_S_CTRL.</summary>
        public const ulong Set = 0xc008561c;

        /// <summary>vivid's control of the test pattern, as v4l2-ctl --list-ctrls-menus shows it.</summary>
        public const uint TestPattern = 0x00f0f000;
        public const int Black = 5;
        public const int White = 6;

        public uint Id;
        public int Value;
    }
}
