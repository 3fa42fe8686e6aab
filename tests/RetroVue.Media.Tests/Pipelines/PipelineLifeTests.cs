using RetroVue.Media.Blocking;
using RetroVue.Media.Clocks;
using RetroVue.Media.Elements.Flow;
using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Tests.Elements.Flow;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Pipelines;

/// <summary>A pipeline from its making to its disposal: states, ends, errors.</summary>
public sealed class PipelineLifeTests
{
    [Test]
    public async Task States_follow_one_another_and_calls_out_of_place_throw()
    {
        var log = new List<string>();
        var pipeline = new Pipeline(new PipelineOptions { Name = "film" });
        var source = pipeline.Add(new CountingSource("source", long.MaxValue, new Rational(100, 1), SystemClock.Instance));
        var element = pipeline.Add(new LifeElement("life", log));
        pipeline.Link(source, element);
        Assert.That((pipeline.State, pipeline.BaseTime, pipeline.RunningTime), Is.EqualTo((PipelineState.Created, ClockTime.None, ClockTime.None)));
        await pipeline.StartAsync();
        Assert.That(pipeline.State, Is.EqualTo(PipelineState.Running));
        Assert.That(pipeline.RunningTime >= ClockTime.Zero, Is.True);
        Assert.That(async () => await pipeline.StartAsync(), Throws.InvalidOperationException.With.Message.Contains("'film' is Running"));
        Assert.That(() => pipeline.Add(new Tee("late")), Throws.InvalidOperationException);
        Assert.That(() => pipeline.Link(source, element), Throws.InvalidOperationException);
        await pipeline.StopAsync();
        Assert.That(pipeline.State, Is.EqualTo(PipelineState.Stopped));
        await pipeline.StopAsync();
        Assert.That(async () => await pipeline.StartAsync(), Throws.InvalidOperationException.With.Message.Contains("'film' is Stopped"));
        await pipeline.DisposeAsync();
        Assert.That(log, Is.EqualTo(new[] { "prepare Prepared", "start Prepared", "interrupt", "stop", "dispose" }));
    }

    [Test]
    public async Task Stopping_before_the_start_and_while_running_ends_the_run()
    {
        var never = new Pipeline();
        never.Add(new CollectingSink("sink"));
        await never.StopAsync();
        await Within(never.RunAsync());
        await never.DisposeAsync();

        var pipeline = new Pipeline();
        pipeline.Link(pipeline.Add(new CountingSource("source", long.MaxValue)), pipeline.Add(new BufferQueue("queue")), pipeline.Add(new CollectingSink("sink")));
        Task run = pipeline.RunAsync();
        await pipeline.StopAsync();
        await Within(run);
        Assert.That(pipeline.State, Is.EqualTo(PipelineState.Stopped));
        await Within(pipeline.RunAsync());
        await pipeline.DisposeAsync();
    }

    [Test]
    public async Task Disposing_while_a_run_is_awaited_ends_it()
    {
        for (int i = 0; i < 20; i++)
        {
            var pipeline = new Pipeline();
            pipeline.Link(pipeline.Add(new CountingSource("source", long.MaxValue)), pipeline.Add(new CollectingSink("sink")));
            Task run = pipeline.RunAsync();
            await pipeline.DisposeAsync();
            await Within(run);
        }
    }

    [Test]
    public async Task Cancelling_stops_the_pipeline_and_throws()
    {
        await using var pipeline = new Pipeline();
        using var cancellation = new CancellationTokenSource();
        var sink = pipeline.Add(new CollectingSink("sink", buffer =>
        {
            if (buffer.Sequence == 1000)
            {
                cancellation.Cancel();
            }
        }));
        pipeline.Link(pipeline.Add(new CountingSource("source", long.MaxValue)), sink);
        Assert.That(async () => await pipeline.RunAsync(cancellation.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(pipeline.State, Is.EqualTo(PipelineState.Stopped));
    }

    [Test]
    public async Task Cancelled_before_the_start_opens_nothing()
    {
        await using var pipeline = new Pipeline();
        var log = new List<string>();
        pipeline.Add(new LifeElement("life", log, hasInput: false));
        Assert.That(async () => await pipeline.RunAsync(new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(log, Does.Not.Contain("prepare Prepared"));
    }

    [Test]
    public async Task First_error_names_its_element_and_later_ones_are_attached()
    {
        var pipeline = new Pipeline();
        var source = pipeline.Add(new CountingSource("source", long.MaxValue));
        var queue = pipeline.Add(new BufferQueue("queue"));
        var sink = pipeline.Add(new LifeElement("sink", []) { FailAt = 100, FailsToStop = true });
        pipeline.Link(source, queue, sink);
        ElementException error = (await Assert.ThrowsAsync<ElementException>(async () => await pipeline.RunAsync()))!;
        Assert.That(error.Element, Is.EqualTo("sink"), "the sink has failed, on the queue's thread");
        Assert.That(error.Message, Is.EqualTo("'sink' failed: buffer 100 is bad"));
        Assert.That(error.InnerException, Is.TypeOf<InvalidDataException>());
        Assert.That(error.LaterErrors.Select(later => later.Message), Is.EqualTo(new[] { "cannot stop" }));
        Assert.That(pipeline.State, Is.EqualTo(PipelineState.Failed));
        Assert.That((await Assert.ThrowsAsync<ElementException>(async () => await Within(pipeline.RunAsync())))!.Element, Is.EqualTo("sink"), "the same error once again");
        await pipeline.DisposeAsync();
    }

    [Test]
    public async Task Error_while_opening_is_thrown_by_start_and_what_was_opened_is_stopped()
    {
        var log = new List<string>();
        var pipeline = new Pipeline();
        var bad = pipeline.Add(new LifeElement("bad", [], hasInput: false) { FailsToPrepare = true });
        pipeline.Link(bad, pipeline.Add(new LifeElement("good", log)));
        Assert.That(
            async () => await pipeline.StartAsync(),
            Throws.TypeOf<ElementException>().With.Property(nameof(ElementException.Element)).EqualTo("bad"));
        Assert.That(log, Is.EqualTo(new[] { "prepare Prepared", "stop" }));
        Assert.That(async () => await Within(pipeline.RunAsync()), Throws.TypeOf<ElementException>());
        await pipeline.DisposeAsync();
    }

    [Test]
    public async Task Error_while_starting_is_thrown_with_the_elements_name_and_all_are_stopped()
    {
        var log = new List<string>();
        var pipeline = new Pipeline();
        var bad = pipeline.Add(new LifeElement("bad", [], hasInput: false) { FailsAt = "start" });
        pipeline.Link(bad, pipeline.Add(new LifeElement("good", log)));
        ElementException error = (await Assert.ThrowsAsync<ElementException>(async () => await pipeline.StartAsync()))!;
        Assert.That(error.Element, Is.EqualTo("bad"));
        Assert.That(error.InnerException, Is.InstanceOf<InvalidOperationException>());
        Assert.That(pipeline.State, Is.EqualTo(PipelineState.Failed));
        Assert.That(log, Is.EqualTo(new[] { "prepare Prepared", "interrupt", "stop" }));
        Assert.That(async () => await Within(pipeline.RunAsync()), Throws.TypeOf<ElementException>(), "the run must not wait for ever");
        await pipeline.DisposeAsync();
        Assert.That(log[^1], Is.EqualTo("dispose"));
    }

    [TestCase("interrupt")]
    [TestCase("end")]
    [TestCase("stop")]
    [TestCase("dispose")]
    public async Task Element_that_cannot_be_called_fails_the_pipeline_and_the_others_are_called_all_the_same(string call)
    {
        var log = new List<string>();
        var pipeline = new Pipeline();
        foreach (string name in new[] { "one", "two" })
        {
            var source = pipeline.Add(new LifeElement($"{name}-source", log, hasInput: false) { FailsAt = name == "one" ? call : "" });
            pipeline.Link(source, pipeline.Add(new LifeElement($"{name}-sink", log)));
        }

        await pipeline.StartAsync();
        Assert.That(pipeline.End, Throws.Nothing);
        await pipeline.StopAsync();
        await pipeline.DisposeAsync();
        // Only sources are asked to end the stream.
        Assert.That(log.Count(entry => entry == call), Is.EqualTo(call == "end" ? 2 : 4));
        // If the disposal fails, the pipeline has already been stopped well; the error is only logged.
        Assert.That(pipeline.State, Is.EqualTo(call == "dispose" ? PipelineState.Stopped : PipelineState.Failed));
        Assert.That(
            (await Assert.ThrowsAsync<ElementException>(async () => await Within(pipeline.RunAsync())))!.Element, Is.EqualTo("one-source"));
    }

    private static Task Within(Task task) => Watchdog.WithinAsync(task, TimeSpan.FromSeconds(30));
}
