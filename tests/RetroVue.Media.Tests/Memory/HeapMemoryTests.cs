using System.Runtime.InteropServices;
using RetroVue.Media.Memory;

namespace RetroVue.Media.Tests.Memory;

public sealed class HeapMemoryTests
{
    [Test]
    public void Planes_begin_at_addresses_of_64_bytes_and_keep_length_and_stride()
    {
        ReadOnlySpan<(int, int)> planes = [(1000, 40), (0, 1), (333, 333)];
        for (int i = 0; i < 20; i++)
        {
            HeapMemory memory = HeapMemory.Create(planes);
            for (int plane = 0; plane < 3; plane++)
            {
                unsafe
                {
                    fixed (byte* first = &MemoryMarshal.GetReference(memory.Plane(plane)))
                    {
                        Assert.That((long)first % 64, Is.Zero);
                    }
                }

                Assert.That((memory.Plane(plane).Length, memory.Stride(plane)), Is.EqualTo(planes[plane]));
                memory.WritablePlane(plane).Fill((byte)(plane + 1));
            }

            Assert.That(memory.Plane(0).IndexOfAnyExcept((byte)1), Is.EqualTo(-1), "planes do not overlap");
            var copy = (HeapMemory)memory.Clone();
            Assert.That(copy.Plane(2).SequenceEqual(memory.Plane(2)), Is.True);
            memory.Release();
            copy.Release();
        }
    }

    [Test]
    public void Bounds_are_checked()
    {
        HeapMemory memory = HeapMemory.Copy([1, 2, 3]);
        Assert.That(() => memory.Plane(1).Length, Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => memory.Stride(-1), Throws.TypeOf<ArgumentOutOfRangeException>());
        memory.Truncate(2);
        Assert.That(memory.Plane(0).ToArray(), Is.EqualTo(new byte[] { 1, 2 }));
        Assert.That(() => memory.Truncate(3), Throws.TypeOf<ArgumentOutOfRangeException>());
        memory.Release();
        Assert.That(() => HeapMemory.Create([]), Throws.ArgumentException);
        Assert.That(() => HeapMemory.Create(-1), Throws.InstanceOf<ArgumentException>());
    }
}
