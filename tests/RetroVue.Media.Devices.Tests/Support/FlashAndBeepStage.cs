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
/// Lets a camera of vivid's see a flash once a second, and a card of snd-aloop's hear a beep at the same instant.
/// </summary>
/// <remarks>
/// vivid makes a picture, and stamps it, at the kernel tick for which the picture is due, and the ticks between two pictures are always as
/// many. So the stamp of a picture to come is known; a light switched half an interval before is first seen in that picture; and the beep
/// is written to be heard at that stamp by the card's own count. Of this a stamp is late by its thread's waking, the count by a look, and
/// the beep begins with a whole frame: on a machine with nothing else to do, some 10 µs each.
/// </remarks>
internal sealed class FlashAndBeepStage : IDisposable
{
    public const int PicturesPerSecond = 10;

    /// <summary>The pictures of a second that are lit: its first.</summary>
    private const int LitPictures = 3;

    private static readonly ClockTime s_interval = ClockTime.FromSeconds(1) / PicturesPerSecond;
    private static readonly V4l2System s_system = V4l2System.Instance;

    private readonly DriftingLoopback _card;
    private readonly RecordingSystem _driver;
    private readonly int _light;
    private ClockTime _picture0;
    private long _firstFlash = long.MaxValue;

    /// <summary>Of a card, and a camera whose driver's calls are recorded.</summary>
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

    /// <summary>Waits for both devices to run, then performs for so long.</summary>
    /// <returns>How far the card's count was off its rate at the end.</returns>
    public async Task<ClockTime> PerformAsync(int seconds)
    {
        await Until.TrueAsync(() => _card.HasStarted && _driver.Pictures.Count > PicturesPerSecond);
        return await Task.Run(() => Perform(seconds));
    }

    private ClockTime Perform(int seconds)
    {
        // The very first picture is made at once, between two ticks.
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

    /// <summary>The first picture of the second that a picture is in.</summary>
    private static long SecondOf(long picture) => picture / PicturesPerSecond * PicturesPerSecond;

    /// <summary>The last picture whose stamp is not later.</summary>
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

        /// <summary>vivid's control of what its pictures show, as v4l2-ctl --list-ctrls-menus tells.</summary>
        public const uint TestPattern = 0x00f0f000;
        public const int Black = 5;
        public const int White = 6;

        public uint Id;
        public int Value;
    }
}
