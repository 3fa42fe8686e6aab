using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// Makes one continuous stream of pictures and one of sound from decoded items, each for one encoder. Frame n of the channel's line is the
/// picture that is shown then; sample n is the sound then. If no item gives media, the last picture is repeated, or black, and sound is
/// silence.
/// </summary>
/// <remarks>
/// Frames and samples are counted from the channel's epoch, so encoders put their key frames at the same times after a restart. Until it
/// has caught up with station time, it waits for items' pictures, for at most <see cref="ChannelFeed.WaitLimit"/>. After that, it waits
/// only as long as the output can.
/// </remarks>
internal sealed class GridSource : Element
{
    /// <summary>
    /// How long before its presentation a frame has to leave the encoder: the decoder's delay and the writer's look-ahead.
    /// </summary>
    private static readonly ClockTime s_encodedLead = ClockTime.FromMilliseconds(700);

    /// <summary>The number of frames that the encoder holds for its look-ahead.</summary>
    private const int EncoderFrames = 8;

    /// <summary>The number of frames that it holds in addition to reorder them: two B-frames, and the frame that they precede.</summary>
    private const int ReorderedFrames = 3;

    /// <summary>The number of blocks of sound in progress: two in the encoder, one that leaves it, and one that is made next.</summary>
    private const int EncoderBlocks = 4;

    private readonly ChannelLine _line;
    private readonly FeedSwitcher _feeds;
    private readonly VideoGrid? _video;
    private readonly AudioGrid? _audio;
    private readonly OutputPad? _videoOutput;
    private readonly OutputPad? _audioOutput;
    private readonly StepTask _task;
    private readonly LimitedWait _wait = new(ChannelFeed.WaitLimit);
    private bool _hasBegun;
    private bool _isLive;

    public GridSource(string name, ChannelLine line, RawFormats raw, FeedSwitcher feeds)
        : base(name)
    {
        _line = line;
        _feeds = feeds;
        if (raw.Video is { } video)
        {
            _video = new VideoGrid(video);
            // Less than the output's lead in normal operation, or a channel would never have caught up.
            Lead += ClockTime.FromUnits(EncoderFrames, video.FrameRate.Inverse);
            // The frame in progress counts too, and the media requested to make it: half a frame more, or a block of sound.
            Encoding = ClockTime.FromUnits(EncoderFrames + ReorderedFrames + 1, video.FrameRate.Inverse)
                + ClockTime.Max(ClockTime.FromUnits(1, video.FrameRate.Inverse) / 2, AudioGrid.LongestBlock);
            _videoOutput = AddOutput("video");
        }

        if (raw.Audio is { } audio)
        {
            _audio = new AudioGrid(audio);
            Encoding = ClockTime.Max(Encoding, AudioGrid.LongestBlock * EncoderBlocks);
            _audioOutput = AddOutput("audio");
        }

        _task = AddTask(Step, StepPlacement.OwnThread);
        feeds.Arrived = _task.Wake;
    }

    /// <summary>
    /// How long before its presentation a frame is made, at the latest: media of an item that has not arrived by then is too late for it.
    /// </summary>
    public ClockTime Lead { get; } = s_encodedLead;

    /// <summary>The longest time from the making of a frame until it leaves the encoder.</summary>
    public ClockTime Encoding { get; } = ClockTime.Zero;

    /// <summary>Returns the tags of the pictures or of the sound; null if there is no such stream.</summary>
    public TagLine? TagsOf(MediaKind kind) => kind == MediaKind.Video ? _video?.Tags : _audio?.Tags;

    public OutputPad? Video => _videoOutput;

    public OutputPad? Audio => _audioOutput;

    protected override void Prepare()
    {
        if (_video is not null)
        {
            _videoOutput!.Push(new FormatChanged(_video.Format));
        }

        if (_audio is not null)
        {
            _audioOutput!.Push(new FormatChanged(_audio.Format));
        }
    }

    protected override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException("A source has no input.");

    protected override void Stop() => _audio?.Clear();

    protected override void Dispose(bool disposing)
    {
        _video?.Dispose();
        base.Dispose(disposing);
    }

    private StepResult Step()
    {
        ClockTime now = _line.Now;
        if (!_hasBegun && !TryBegin(now))
        {
            return StepResult.At(_line.Station, _line.ToStation(_wait.EndsAt(now)));
        }

        ClockTime videoTime = _video?.NextTime ?? ClockTime.MaxValue;
        ClockTime audioTime = _audio?.NextTime ?? ClockTime.MaxValue;
        ClockTime time = ClockTime.Min(videoTime, audioTime);
        ClockTime due = time - Lead;
        bool isDue = now >= due;
        _isLive |= !isDue || _wait.HasEnded(now);
        _feeds.Advance(time);
        // Behind station time, as at the start, everything is late already; then it waits for media that may still come.
        bool mayWait = !_isLive || !isDue;
        MediaBuffer? made = videoTime <= audioTime ? _video!.TryMake(_feeds, mayWait) : _audio!.TryMake(_feeds, mayWait);
        if (made is null)
        {
            return StepResult.At(_line.Station, _line.ToStation(_isLive ? due : _wait.EndsAt(now)));
        }

        _wait.Renew();
        (videoTime <= audioTime ? _videoOutput : _audioOutput)!.Push(made);
        return StepResult.Again;
    }

    private bool TryBegin(ClockTime now)
    {
        if (!_feeds.HasBegun(now) && !_wait.HasEnded(now))
        {
            return false;
        }

        ClockTime first = _feeds.PeekTime(MediaKind.Video);
        first = first.IsNone ? _feeds.PeekTime(MediaKind.Audio) : first;
        // If a stream begins later, or has no media yet, it starts with black or silence.
        first = first.IsNone ? now : ClockTime.Min(first, now);
        _video?.Begin(first);
        _audio?.Begin(first);
        _hasBegun = true;
        _wait.Renew();
        return true;
    }
}
