using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Tests.Events.Spool;

/// <summary>The spool on real disks that are full or read-only. They need the right to mount; without it these tests are ignored.</summary>
public sealed class SpoolDiskTests
{
    [Test]
    public async Task Full_disk_refuses_with_the_cause_and_goes_on_when_there_is_room()
    {
        await using var bench = new SpoolBench();
        using var disk = new MountedDisk(bench.Folder, 256);
        bench.Log.GoAway();
        List<EventEnvelope> kept = [];
        EventException? refusal = null;
        for (int number = 0; refusal is null && number < 1000; number++)
        {
            EventEnvelope one = SpoolBench.Event(number, 3000);
            try
            {
                await bench.AppendAsync(one);
                kept.Add(one);
            }
            catch (EventException exception)
            {
                refusal = exception;
            }
        }

        Assert.That(refusal, Is.Not.Null);
        Assert.That(refusal.IsTransient, Is.True);
        Assert.That(refusal.Message, Does.Contain(bench.Folder).And.Contain("No space left on device").And.Contain("Make room"));
        Assert.That(kept, Has.Count.InRange(60, 85), "records of 3.2 KB in 256 KiB");
        // The disk is as full after a restart.
        await bench.CloseAsync();
        await Assert.ThatAsync(() => bench.AppendAsync(SpoolBench.Event(-1, 3000)), Throws.InstanceOf<EventException>());
        await bench.DrainAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(kept));
        bench.Log.GoAway();
        await bench.AppendAsync(SpoolBench.Event(1000, 3000));
        await bench.DrainAsync();
        Assert.That(bench.Log.Written, Has.Length.EqualTo(kept.Count + 1));
        Assert.That(bench.Lines.Lines, Has.None.StartsWith("1245:").And.None.StartsWith("1246:"));
        await bench.CloseAsync();
    }

    [Test]
    public async Task Read_only_disk_is_named_with_the_remedy_and_nothing_is_lost()
    {
        await using var bench = new SpoolBench();
        using var disk = new MountedDisk(bench.Folder, 256);
        EventEnvelope[] events = SpoolBench.Events(3);
        bench.Log.GoAway();
        await bench.AppendAsync(events);
        await bench.CloseAsync();
        disk.MakeReadOnly(true);
        EventException error = Assert.Catch<EventException>(() => _ = bench.Spooled)!;
        Assert.That(error.Message, Does.Contain($"'{bench.Folder}'").And.Contain("Read-only file system").And.Contain("choose another folder"));
        disk.MakeReadOnly(false);
        await bench.DrainAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(events));
        await bench.CloseAsync();
    }

    /// <summary>A small disk in memory.</summary>
    private sealed class MountedDisk : IDisposable
    {
        private readonly string _folder;

        public MountedDisk(string folder, int kilobytes)
        {
            _folder = folder;
            Directory.CreateDirectory(folder);
            (int code, _, string error) = Tool.Run("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", folder);
            if (code != 0)
            {
                Assert.Ignore($"A small disk cannot be mounted here: {error.Trim()} Run it as root.");
            }
        }

        public void MakeReadOnly(bool isReadOnly) => Tool.OutputOf("mount", "-o", isReadOnly ? "remount,ro" : "remount,rw", _folder);

        // Lazily: a test that failed may have files open.
        public void Dispose() => Tool.Run("umount", "-l", _folder);
    }
}
