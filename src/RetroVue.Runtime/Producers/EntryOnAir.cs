using Microsoft.Extensions.Logging;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Producers;

/// <summary>
/// The entry on the air of one producer: its item; a slate from where that fails, stalls or is over too early; and the item again if what
/// stalled comes back.
/// </summary>
/// <remarks>For the producer's own work, except for <see cref="Problem"/>, which any thread may read.</remarks>
/// <param name="producer">The producer's id, for the log.</param>
/// <param name="plan">What the producer plays. The entry's end may move while it is on the air.</param>
/// <param name="items">Opens slates.</param>
/// <param name="patient">Opens the file again.</param>
/// <param name="late">Tells when an opening that hung has ended.</param>
/// <param name="output">Where it airs.</param>
/// <param name="feed">The producer's feed.</param>
/// <param name="executor">What runs the channel.</param>
/// <param name="retired">Where players end that are not needed any more.</param>
/// <param name="logger">Where it says what failed.</param>
internal sealed class EntryOnAir(
    string producer,
    PlannedEntries plan,
    PlannedItems items,
    PatientItems patient,
    LateFiles late,
    ChannelOutput output,
    ChannelFeed feed,
    Executor executor,
    Retirement retired,
    ILogger logger)
{
    /// <summary>How long after a stall its file is tried again; twice as long after each further one of the same entry.</summary>
    private static readonly ClockTime s_returnPause = ClockTime.FromSeconds(1);

    private static readonly ClockTime s_longestReturnPause = ClockTime.FromSeconds(60);

    /// <summary>The shortest slate that takes the place of something that failed.</summary>
    private static readonly ClockTime s_shortestSlate = ClockTime.FromSeconds(1);

    /// <summary>How long what is left of a slate is kept for the output once the item has taken its place.</summary>
    private static readonly ClockTime s_longestRest = ClockTime.FromSeconds(5);

    private readonly StallWatch _stalls = new(producer, executor, output);
    private readonly ChannelLine _line = output.Line;
    private ItemReturn? _return;
    private ClockTime _returnPause = s_returnPause;
    private volatile string? _problem;

    /// <summary>What airs it; null if not even a slate can be aired.</summary>
    public ItemPlayer? Player { get; private set; }

    /// <summary>Why that is not what the schedule says, in one line for people; null if it is.</summary>
    public string? Problem => _problem;

    /// <summary>Begins to look for stalls; once.</summary>
    public void Start() => _stalls.Start();

    /// <summary>Another entry is on the air from now on, or the first one.</summary>
    public void Take(ItemPlayer? player)
    {
        _returnPause = s_returnPause;
        Set(player);
    }

    /// <summary>Hands a player to the feed, with the end that its entry has by now.</summary>
    public void Air(ItemPlayer? player, PlayoutEntry? entry, ClockTime at)
    {
        if (player is not null)
        {
            player.Sink.Tag ??= new ItemTag(entry!, producer, player.IsSlate);
            MoveEnd(player, entry);
            feed.SwitchAt(player.Sink, at);
        }
    }

    /// <summary>Waits; if the item fails, stalls or is over too early, a slate takes its place, until what stalled returns.</summary>
    /// <param name="until">What is waited for.</param>
    /// <param name="next">What has been opened to follow; null if nothing has.</param>
    /// <param name="stop">The producer stops; what is waited for ends with it.</param>
    public async Task PlayUntilAsync(Task until, ItemPlayer? next, CancellationToken stop)
    {
        while (Player is { } player)
        {
            Task changed = plan.Changed;
            PlayoutEntry entry = plan.OnAir;
            MoveEnd(player, entry);
            MoveEnd(next, plan.Prepared);
            if (player.MayReturn)
            {
                _return ??= ItemReturn.Begin(entry, patient, late, output, executor, returned => Retire(returned), _returnPause, stop);
            }

            Task stalled = _stalls.StallOf(player);
            await Task.WhenAny(until, changed, player.Completion, stalled, _return?.Player ?? stalled).ConfigureAwait(false);
            if (until.IsCompleted || stop.IsCancellationRequested || feed.Displaced.IsCompleted)
            {
                break;
            }

            if (changed.IsCompleted)
            {
                continue;
            }

            if (_return is { Player.IsCompleted: true } returned)
            {
                _return = null;
                Return(entry, player, await returned.EndAsync().ConfigureAwait(false), stop);
                continue;
            }

            // What comes before that the output has taken already.
            ClockTime from = _line.Now + output.Lead;
            if (player.Completion.IsCompletedSuccessfully && player.Sink.PresentedUntil is { IsNone: false } end)
            {
                // The output has taken its last picture, but that is shown for as long as it lasts.
                from = ClockTime.Max(from, end);
            }

            if (ClockTime.Min(_line.At(entry.End), feed.EndsAt) - from < s_shortestSlate)
            {
                break;
            }

            await ReplaceAsync(entry, player, from, stalled.IsCompleted && !player.Completion.IsCompleted, stop).ConfigureAwait(false);
        }

        await until.ConfigureAwait(false);
    }

    /// <summary>Says so if the item failed or was over too late for a slate to take its place.</summary>
    public void TellOfMissingEnd()
    {
        if (Player is not { IsSlate: false, Completion.IsCompleted: true } ended)
        {
            return;
        }

        Exception? error = ended.Completion.Exception?.GetBaseException();
        ClockTime last = ended.Sink.PresentedUntil;
        if (error is not null || last.IsNone || ended.Sink.Until - last > s_shortestSlate)
        {
            PlayoutEntry entry = plan.OnAir;
            ended.Sink.Tag?.Fail(Reason(error));
            RuntimeLog.ItemEndMissing(logger, producer, entry.Title, entry.File ?? "slate", Reason(error), FileProblem.IfUnexpected(error));
        }
    }

    /// <summary>Gives up what may come back.</summary>
    public async Task EndReturnAsync()
    {
        if (_return is { } ending)
        {
            _return = null;
            Retire(await ending.EndAsync().ConfigureAwait(false));
        }
    }

    /// <summary>Lets go of the player and ends all work. Does not wait for a file that hangs.</summary>
    public async Task StopAsync()
    {
        await _stalls.StopAsync().ConfigureAwait(false);
        Retire(Player);
        Player = null;
        _problem = null;
    }

    /// <summary>Disposes of a player, which nobody waits for before the producer stops: one whose file hangs takes seconds.</summary>
    /// <param name="player">The player; null for none.</param>
    /// <param name="after">What has to complete first; null if there is nothing.</param>
    public void Retire(ItemPlayer? player, Task? after = null)
    {
        if (player is not null)
        {
            retired.Add(RetireAsync());
        }

        async Task RetireAsync()
        {
            if (after is not null)
            {
                await after.ConfigureAwait(false);
            }

            await player.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static string Reason(Exception? error) => error?.Message ?? "The file ends there.";

    private void Set(ItemPlayer? player)
    {
        Player = player;
        _problem = player is null ? "Not even a slate can be aired." : player.Problem;
    }

    /// <summary>Lets what has been opened end when the plan says by now.</summary>
    private void MoveEnd(ItemPlayer? player, PlayoutEntry? entry)
    {
        if (player is null || entry is null)
        {
            return;
        }

        ClockTime end = _line.At(entry.End);
        if (end < player.Sink.Until)
        {
            player.Sink.EndAt(end);
        }
        else if (end > player.Sink.Until && !player.IsSlate)
        {
            // If it has come to its end already, a slate follows; as it does on a slate, which is drawn up to its end.
            feed.TryExtend(player.Sink, end);
        }
    }

    /// <summary>Puts a slate in the place of what ended early; if that was the slate already, nothing: it would fail again at once.</summary>
    private async Task ReplaceAsync(PlayoutEntry entry, ItemPlayer ended, ClockTime from, bool hasStalled, CancellationToken stop)
    {
        Player = null;
        bool isFollowed = ended.IsSlate && ended.Completion.IsCompletedSuccessfully && ended.Sink.Until < _line.At(entry.End);
        Exception? error = ended.Completion.Exception?.GetBaseException();
        error = hasStalled ? new StalledFileException(entry.File!, "has stopped coming") : error;
        if (isFollowed)
        {
            // The entry ends later than when the slate was made.
            Retire(ended);
            Set(await items.OpenSlateAsync(entry, from, ended.Problem, ended.MayReturn, stop).ConfigureAwait(false));
            Air(Player, plan.OnAir, from);
            return;
        }

        ended.Sink.Tag?.Fail(Reason(error));
        // What is left of it would be taken while the slate is being opened, beyond where the slate begins.
        ended.Sink.Discard();
        Retire(ended);
        if (ended.IsSlate)
        {
            RuntimeLog.SlateFailed(logger, producer, entry.Title, error);
            return;
        }

        if (hasStalled)
        {
            RuntimeLog.ItemStalled(logger, producer, entry.Title, entry.File!);
        }
        else
        {
            RuntimeLog.ItemEndedEarly(logger, producer, entry.Title, entry.File ?? "slate", Reason(error), FileProblem.IfUnexpected(error));
        }

        string problem = error?.Message ?? $"'{entry.File}' is over before its time.";
        ItemPlayer? slate = await items.OpenSlateAsync(entry, from, problem, hasStalled, stop).ConfigureAwait(false);
        Set(slate);
        Air(slate, plan.OnAir, from);
        if (slate is not null)
        {
            items.CountSlate(hasStalled ? "stalled" : "ended-early");
        }
    }

    /// <summary>Puts an item that has stalled on the air again, in the place of its slate.</summary>
    private void Return(PlayoutEntry entry, ItemPlayer slate, ItemPlayer? returned, CancellationToken stop)
    {
        if (returned is null)
        {
            slate.MayReturn = false;
            return;
        }

        ClockTime from = returned.Sink.From;
        slate.Sink.EndAt(from);
        Air(returned, entry, from);
        // A slate whose rest nobody takes ends when the item has had its turn for a while.
        ClockTime latestStationTime = _line.ToStation(from + s_longestRest);
        Retire(slate, Task.WhenAny(slate.Completion, executor.WaitUntilAsync(_line.Station, latestStationTime, stop)));
        _returnPause = ClockTime.Min(_returnPause + _returnPause, s_longestReturnPause);
        Set(returned);
        RuntimeLog.ItemReturned(logger, producer, entry.Title, entry.File!);
    }
}
