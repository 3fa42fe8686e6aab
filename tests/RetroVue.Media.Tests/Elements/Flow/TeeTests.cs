using RetroVue.Media.Elements.Flow;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Tests.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.Flow;

public sealed class TeeTests
{
    [Test]
    public void Branches_share_memory_and_what_one_changes_the_others_do_not_see()
    {
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        var source = pipeline.Add(new CountingSource("source", 3));
        var tee = pipeline.Add(new Tee("tee"));
        var held = new List<MediaBuffer>();
        var first = pipeline.Add(new CollectingSink("first", buffer =>
        {
            Assert.That(buffer.IsWritable, Is.False);
            MediaBuffer own = buffer.Retain().MakeWritable();
            own.Pts += ClockTime.FromSeconds(100);
            held.Add(own);
        }));
        var second = pipeline.Add(new CollectingSink("second", buffer =>
        {
            Assert.That(buffer.Memory, Is.SameAs(held[^1].Memory));
            Assert.That(buffer.Pts + ClockTime.FromSeconds(100), Is.EqualTo(held[^1].Pts));
            Assert.That(buffer.IsWritable, Is.True, "the last branch holds the memory alone");
        }));
        pipeline.Link(source, tee);
        pipeline.Link(tee.AddBranch(), first.Inputs[0]);
        pipeline.Link(tee.AddBranch(), second.Inputs[0]);
        executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
        Assert.That((first.Count, second.Count), Is.EqualTo((3L, 3L)));
        held.ForEach(buffer => buffer.Release());
    }

    [Test]
    public void Unlinked_branches_and_none_at_all_release_their_share()
    {
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        var tee = pipeline.Add(new Tee("tee"));
        tee.AddBranch();
        var bare = pipeline.Add(new Tee("bare"));
        pipeline.Link(pipeline.Add(new CountingSource("source", 3)), tee);
        pipeline.Link(pipeline.Add(new CountingSource("other", 3)), bare);
        executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public void Branch_that_fails_leaks_no_reference_of_the_others()
    {
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        var tee = pipeline.Add(new Tee("tee"));
        pipeline.Link(pipeline.Add(new CountingSource("source", 3)), tee);
        for (int i = 0; i < 3; i++)
        {
            int branch = i;
            pipeline.Link(tee.AddBranch(), pipeline.Add(new CollectingSink($"sink{i}", _ =>
            {
                if (branch == 1)
                {
                    throw new InvalidOperationException("broken");
                }
            })).Inputs[0]);
        }

        Task run = pipeline.RunAsync();
        Assert.That(
            () => executor.RunUntilCompleted(run, ClockTime.FromSeconds(1)),
            Throws.TypeOf<ElementException>().With.Property(nameof(ElementException.Element)).EqualTo("sink1"));
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }
}
