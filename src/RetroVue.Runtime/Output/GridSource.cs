using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// Makes one continuous stream of pictures and sound, for one encoder each, out of decoded items: frame n of the channel's line is the
/// picture on display then, and sample n the sound; what nobody gives is the last picture, or black, and silence.
/// </summary>
/// <remarks>
/// Frames and samples are counted from the channel's epoch, so encoders put their key frames at the same places after a restart. Until it
/// has caught up with station time it waits for items' pictures, for <see cref="ChannelFeed.WaitLimit"/> at most; afterwards it waits no
/// longer than the output can.
/// </remarks>
internal sealed class GridSource : Element
{
    /// <summary>How long before its presentation a frame has to come out of the encoder: the decoder's delay, the writer's look-ahead.</summary>
    private static readonly ClockTime s_encodedLead = ClockTime.FromMilliseconds(700);

    /// <summary>How many frames the encoder keeps: its look-ahead.</summary>
    private const int EncoderFrames = 8;

    /// <summary>How many more it keeps to put them in order: two B-frames, and the one that they come before.</summary>
    private const int ReorderedFrames = 3;

    /// <summary>How many blocks of sound are on their way: two in the encoder, one that comes out of it, and one that is made next.</summary>
    private const int EncoderBlocks = 4;

    private readonly ChannelLine _line;
    private readonly FeedSwitcher _feeds;
    private readonly VideoGrid? _video;
    private readonly AudioGrid? _audio;
    private readonly OutputPad? _videoOutput;
    private readonly OutputPad? _audioOutput;
    private readonly StepTask _task;
    private readonly Patience _patience = new(ChannelFeed.WaitLimit);
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
            // Less than what the output keeps ahead when nothing is amiss, or a channel would never have caught up.
            Lead += ClockTime.FromUnits(EncoderFrames, video.FrameRate.Inverse);
            // The frame that is on its way counts too, and what has been asked for to make it: half a frame more, or a block of sound.
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

    /// <summary>How long before it is shown a frame is made, at the latest: what an item has not brought by then it is too late for.</summary>
    public ClockTime Lead { get; } = s_encodedLead;

    /// <summary>How long before it comes out of the encoder a frame is made, at most.</summary>
    public ClockTime Encoding { get; } = ClockTime.Zero;

    /// <summary>Whose the pictures or the sound are; null if there is no such stream.</summary>
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
            return StepResult.At(_line.Station, _line.ToStation(_patience.EndsAt(now)));
        }

        ClockTime videoTime = _video?.NextTime ?? ClockTime.MaxValue;
        ClockTime audioTime = _audio?.NextTime ?? ClockTime.MaxValue;
        ClockTime time = ClockTime.Min(videoTime, audioTime);
        ClockTime due = time - Lead;
        bool isDue = now >= due;
        _isLive |= !isDue || _patience.HasEnded(now);
        _feeds.Advance(time);
        // Behind station time, as at the start, everything is late already; then it waits for what there is to come.
        bool mayWait = !_isLive || !isDue;
        MediaBuffer? made = videoTime <= audioTime ? _video!.TryMake(_feeds, mayWait) : _audio!.TryMake(_feeds, mayWait);
        if (made is null)
        {
            return StepResult.At(_line.Station, _line.ToStation(_isLive ? due : _patience.EndsAt(now)));
        }

        _patience.Renew();
        (videoTime <= audioTime ? _videoOutput : _audioOutput)!.Push(made);
        return StepResult.Again;
    }

    private bool TryBegin(ClockTime now)
    {
        if (!_feeds.HasBegun(now) && !_patience.HasEnded(now))
        {
            return false;
        }

        ClockTime first = _feeds.PeekTime(MediaKind.Video);
        first = first.IsNone ? _feeds.PeekTime(MediaKind.Audio) : first;
        // Of what begins later, or has nothing as yet, there is black and silence before.
        first = first.IsNone ? now : ClockTime.Min(first, now);
        _video?.Begin(first);
        _audio?.Begin(first);
        _hasBegun = true;
        _patience.Renew();
        return true;
    }
}
