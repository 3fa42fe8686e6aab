using Microsoft.Extensions.Logging;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Producers;

/// <summary>
/// The entry that one producer has on the air: its item; a slate if the item fails, stalls or ends too early; and the item again if a
/// stalled file goes on.
/// </summary>
/// <remarks>Only for the producer's own task, except for <see cref="Problem"/>, which any thread may read.</remarks>
/// <param name="producer">The producer's id, for the log.</param>
/// <param name="plan">The producer's plan. The entry's end may move while it is on the air.</param>
/// <param name="items">Opens slates.</param>
/// <param name="timed">Opens the file again.</param>
/// <param name="hanging">Says when an opening that hung has ended.</param>
/// <param name="output">The channel's output.</param>
/// <param name="feed">The producer's feed.</param>
/// <param name="executor">Runs the channel.</param>
/// <param name="retired">The list of discarded players that are still ending.</param>
/// <param name="logger">Gets a line for each failure.</param>
internal sealed class EntryPlayout(
    string producer,
    PlannedEntries plan,
    PlannedItems items,
    TimedItems timed,
    HangingOpenings hanging,
    ChannelOutput output,
    ChannelFeed feed,
    Executor executor,
    Retirement retired,
    ILogger logger)
{
    /// <summary>How long after a stall the file is opened again; the pause doubles after each further stall of the same entry.</summary>
    private static readonly ClockTime s_returnPause = ClockTime.FromSeconds(1);

    private static readonly ClockTime s_longestReturnPause = ClockTime.FromSeconds(60);

    /// <summary>The shortest slate that replaces failed media.</summary>
    private static readonly ClockTime s_shortestSlate = ClockTime.FromSeconds(1);

    /// <summary>How long the rest of a slate is kept for the output after the item has replaced it.</summary>
    private static readonly ClockTime s_longestRest = ClockTime.FromSeconds(5);

    private readonly StallWatch _stalls = new(producer, executor, output);
    private readonly ChannelLine _line = output.Line;
    private ItemReturn? _return;
    private ClockTime _returnPause = s_returnPause;
    private volatile string? _problem;

    /// <summary>The player of the item or the slate; null if not even a slate can be aired.</summary>
    public ItemPlayer? Player { get; private set; }

    /// <summary>Why a slate airs instead of the scheduled item, in one line for people; null if the item airs.</summary>
    public string? Problem => _problem;

    /// <summary>Starts the watch for stalls; once.</summary>
    public void Start() => _stalls.Start();

    /// <summary>Puts another entry on the air, or the first one.</summary>
    public void Take(ItemPlayer? player)
    {
        _returnPause = s_returnPause;
        Set(player);
    }

    /// <summary>Hands a player to the feed, with the present end of its entry.</summary>
    public void Air(ItemPlayer? player, PlayoutEntry? entry, ClockTime at)
    {
        if (player is not null)
        {
            player.Sink.Tag ??= new ItemTag(entry!, producer, player.IsSlate);
            MoveEnd(player, entry);
            feed.SwitchAt(player.Sink, at);
        }
    }

    /// <summary>
    /// Waits for a task. Meanwhile, if the item fails, stalls or ends too early, a slate replaces it until a stalled file goes on.
    /// </summary>
    /// <param name="until">The task to wait for.</param>
    /// <param name="next">The player that has been opened to follow; null if there is none.</param>
    /// <param name="stop">Says that the producer stops; the task ends with it.</param>
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
                _return ??= ItemReturn.Begin(entry, timed, hanging, output, executor, returned => Retire(returned), _returnPause, stop);
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

            // The output has taken the media before this time already.
            ClockTime from = _line.Now + output.Lead;
            if (player.Completion.IsCompletedSuccessfully && player.Sink.PresentedUntil is { IsNone: false } end)
            {
                // The output has taken the last picture, but viewers see it for its whole duration.
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

    /// <summary>Logs that the item failed or ended too late for a slate to replace it.</summary>
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

    /// <summary>Stops trying to bring back a stalled item.</summary>
    public async Task EndReturnAsync()
    {
        if (_return is { } ending)
        {
            _return = null;
            Retire(await ending.EndAsync().ConfigureAwait(false));
        }
    }

    /// <summary>Discards the player and ends all tasks. Does not wait for a file that hangs.</summary>
    public async Task StopAsync()
    {
        await _stalls.StopAsync().ConfigureAwait(false);
        Retire(Player);
        Player = null;
        _problem = null;
    }

    /// <summary>Disposes of a player in the background, until the producer stops: if its file hangs, that takes seconds.</summary>
    /// <param name="player">The player; null for none.</param>
    /// <param name="after">A task that has to complete first; null if there is none.</param>
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

    /// <summary>Moves the end of an opened item to the end that the plan has now.</summary>
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
            // If the item has ended already, a slate follows. A slate is drawn only up to its end, so a slate follows it too.
            feed.TryExtend(player.Sink, end);
        }
    }

    /// <summary>
    /// Replaces an item that ended early with a slate. A slate that ended early is not replaced: it would fail again at once.
    /// </summary>
    private async Task ReplaceAsync(PlayoutEntry entry, ItemPlayer ended, ClockTime from, bool hasStalled, CancellationToken stop)
    {
        Player = null;
        bool isFollowed = ended.IsSlate && ended.Completion.IsCompletedSuccessfully && ended.Sink.Until < _line.At(entry.End);
        Exception? error = ended.Completion.Exception?.GetBaseException();
        error = hasStalled ? new StalledFileException(entry.File!, "has stalled") : error;
        if (isFollowed)
        {
            // The entry's end has moved since the slate was made.
            Retire(ended);
            Set(await items.OpenSlateAsync(entry, from, ended.Problem, ended.MayReturn, stop).ConfigureAwait(false));
            Air(Player, plan.OnAir, from);
            return;
        }

        ended.Sink.Tag?.Fail(Reason(error));
        // Otherwise the output would take the item's remaining media while the slate is opened, beyond the slate's beginning.
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

        string problem = error?.Message ?? $"'{entry.File}' ended before its time.";
        ItemPlayer? slate = await items.OpenSlateAsync(entry, from, problem, hasStalled, stop).ConfigureAwait(false);
        Set(slate);
        Air(slate, plan.OnAir, from);
        if (slate is not null)
        {
            items.CountSlate(hasStalled ? "stalled" : "ended-early");
        }
    }

    /// <summary>Puts a stalled item on the air again, in place of its slate.</summary>
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
        // If nobody takes the rest of the slate, it ends when the item has been on the air for a while.
        ClockTime latestStationTime = _line.ToStation(from + s_longestRest);
        Retire(slate, Task.WhenAny(slate.Completion, executor.WaitUntilAsync(_line.Station, latestStationTime, stop)));
        _returnPause = ClockTime.Min(_returnPause + _returnPause, s_longestReturnPause);
        Set(returned);
        RuntimeLog.ItemReturned(logger, producer, entry.Title, entry.File!);
    }
}
