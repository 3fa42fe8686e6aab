using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage.Events;

namespace RetroVue.Runtime.Storage.Tests;

/// <summary>Appends that share commits.</summary>
public sealed class AppendQueueTests
{
    private readonly List<int[]> _commits = [];
    private readonly Queue<TaskCompletionSource> _holds = [];
    private Func<IReadOnlyList<EventEnvelope>, Exception?> _fault = _ => null;

    [SetUp]
    public void Begin()
    {
        _commits.Clear();
        _holds.Clear();
        _fault = _ => null;
    }

    [Test]
    public async Task Lone_append_is_written_on_the_callers_thread()
    {
        var queue = new AppendQueue(WriteAsync);
        Task append = queue.AppendAsync(TestEvents.Make([1]), CancellationToken.None);
        Assert.That(append.IsCompletedSuccessfully, Is.True);
        await append;
        Assert.That(_commits, Is.EqualTo(new[] { new[] { 1 } }));
    }

    [Test]
    public async Task Appends_that_come_during_a_commit_share_the_next_one_in_order()
    {
        var queue = new AppendQueue(WriteAsync);
        TaskCompletionSource hold = Hold();
        List<Task> appends = [.. Enumerable.Range(0, 10).Select(number => queue.AppendAsync(TestEvents.Make([number]), CancellationToken.None))];
        Assert.That(appends.Any(append => append.IsCompleted), Is.False);
        hold.SetResult();
        await Task.WhenAll(appends);
        Assert.That(_commits.SelectMany(commit => commit), Is.EqualTo(Enumerable.Range(0, 10)));
        Assert.That(_commits, Has.Count.EqualTo(2), "one commit for the first, one for all others");
    }

    [Test]
    public async Task Large_appends_are_not_split_and_a_commit_has_an_end()
    {
        var queue = new AppendQueue(WriteAsync);
        TaskCompletionSource hold = Hold();
        Task[] appends = [.. new[] { 1, 1500, 1500, 5000, 1 }.Select(count => queue.AppendAsync(TestEvents.Make(Enumerable.Repeat(count, count)), CancellationToken.None))];
        hold.SetResult();
        await Task.WhenAll(appends);
        Assert.That(_commits.Select(commit => commit.Length), Is.EqualTo(new[] { 1, 1500, 1500, 5000, 1 }), "at most 2000 events of several appends");
    }

    [Test]
    public async Task Append_that_cannot_be_written_fails_alone()
    {
        _fault = events => events.Any(@event => NumberOf(@event) == 2) ? new EventException("too large", isTransient: false) : null;
        var queue = new AppendQueue(WriteAsync);
        TaskCompletionSource hold = Hold();
        Task[] appends = [.. Enumerable.Range(0, 5).Select(number => queue.AppendAsync(TestEvents.Make([number]), CancellationToken.None))];
        hold.SetResult();
        Assert.That(() => appends[2], Throws.InstanceOf<EventException>().With.Message.EqualTo("too large"));
        await Task.WhenAll(appends.Where((_, number) => number != 2));
        Assert.That(_commits.SelectMany(commit => commit), Is.EqualTo(new[] { 0, 1, 3, 4 }));
        await queue.AppendAsync(TestEvents.Make([5]), CancellationToken.None);
    }

    [Test]
    public async Task Failure_of_the_store_fails_all_that_share_the_commit_and_the_next_append_is_written()
    {
        bool isAway = true;
        _fault = events => isAway && events.Any(@event => NumberOf(@event) > 0) ? new EventException("away", isTransient: true) : null;
        var queue = new AppendQueue(WriteAsync);
        TaskCompletionSource hold = Hold();
        Task[] appends = [.. Enumerable.Range(0, 4).Select(number => queue.AppendAsync(TestEvents.Make([number]), CancellationToken.None))];
        hold.SetResult();
        await appends[0];
        foreach (Task append in appends[1..])
        {
            Assert.That(() => append, Throws.InstanceOf<EventException>().With.Property("IsTransient").True);
        }

        Assert.That(() => queue.AppendAsync(TestEvents.Make([7]), CancellationToken.None), Throws.InstanceOf<EventException>());
        isAway = false;
        await queue.AppendAsync(TestEvents.Make([8]), CancellationToken.None);
        Assert.That(_commits.SelectMany(commit => commit), Is.EqualTo(new[] { 0, 8 }));
    }

    [Test]
    public async Task Cancelled_wait_ends_at_once_and_disturbs_nobody()
    {
        var queue = new AppendQueue(WriteAsync);
        TaskCompletionSource hold = Hold();
        using var cancel = new CancellationTokenSource();
        Task first = queue.AppendAsync(TestEvents.Make([0]), CancellationToken.None);
        Task second = queue.AppendAsync(TestEvents.Make([1]), cancel.Token);
        Task third = queue.AppendAsync(TestEvents.Make([2]), CancellationToken.None);
        await cancel.CancelAsync();
        Assert.That(() => second, Throws.InstanceOf<OperationCanceledException>());
        hold.SetResult();
        await Task.WhenAll(first, third);
        Assert.That(_commits.SelectMany(commit => commit), Is.EqualTo(new[] { 0, 1, 2 }), "a cancelled append may be written nevertheless");
    }

    private static int NumberOf(EventEnvelope @event) => @event.Payload.GetProperty("number").GetInt32();

    /// <summary>Holds the next commit until the result is completed.</summary>
    private TaskCompletionSource Hold()
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _holds.Enqueue(hold);
        return hold;
    }

    private async Task WriteAsync(IReadOnlyList<IReadOnlyList<EventEnvelope>> appends)
    {
        if (_holds.TryDequeue(out TaskCompletionSource? hold))
        {
            await hold.Task;
        }

        List<EventEnvelope> events = [.. appends.SelectMany(append => append)];
        if (_fault(events) is { } fault)
        {
            throw fault;
        }

        _commits.Add([.. events.Select(NumberOf)]);
    }
}
