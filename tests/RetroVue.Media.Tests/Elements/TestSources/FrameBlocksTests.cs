using RetroVue.Media.Elements.TestSources;

namespace RetroVue.Media.Tests.Elements.TestSources;

public sealed class FrameBlocksTests
{
    private static readonly long[] s_numbers = [0, 1, 2, 255, 256, 1_000_000, 0x55555555, 0xAAAAAAAA, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF];

    [TestCase(640, 360)]
    [TestCase(1920, 1080)]
    [TestCase(320, 180)]
    [TestCase(96, 48)]
    [TestCase(702, 576)]
    public void Read_what_was_written_at_any_size(int width, int height)
    {
        int stride = width + 37;
        byte[] luma = new byte[stride * height];
        foreach (long number in s_numbers.Concat(RandomNumbers(200)))
        {
            FrameBlocks.Write(luma, stride, width, height, number);
            Assert.That(FrameBlocks.TryRead(luma, stride, width, height, out long read), Is.True);
            Assert.That(read, Is.EqualTo(number));
        }
    }

    [TestCase(320, 180)]
    [TestCase(1280, 720)]
    [TestCase(400, 224)]
    [TestCase(854, 480)]
    public void Read_after_bilinear_scaling_gives_the_number(int width, int height)
    {
        byte[] luma = new byte[640 * 360];
        foreach (long number in s_numbers)
        {
            FrameBlocks.Write(luma, 640, 640, 360, number);
            byte[] scaled = Scale(luma, 640, 360, width, height);
            Assert.That(FrameBlocks.TryRead(scaled, width, width, height, out long read), Is.True);
            Assert.That(read, Is.EqualTo(number));
        }
    }

    [Test]
    public void Read_with_noise_and_lost_contrast_gives_the_number()
    {
        var random = new Random(1);
        byte[] luma = new byte[640 * 360];
        foreach (long number in s_numbers)
        {
            FrameBlocks.Write(luma, 640, 640, 360, number);
            for (int i = 0; i < luma.Length; i++)
            {
                // The contrast is halved, and noise of ±40 is added. This is far more than an encoder changes at a usable bit rate.
                luma[i] = (byte)Math.Clamp(60 + (luma[i] / 2) + random.Next(-40, 41), 0, 255);
            }

            Assert.That(FrameBlocks.TryRead(luma, 640, 640, 360, out long read), Is.True);
            Assert.That(read, Is.EqualTo(number));
        }
    }

    [Test]
    public void Read_with_any_one_block_inverted_fails()
    {
        byte[] luma = new byte[640 * 360];
        for (int block = 0; block < 44; block++)
        {
            FrameBlocks.Write(luma, 640, 640, 360, 123_456_789);
            int left = 16 + (block * 608 / 44);
            int right = 16 + ((block + 1) * 608 / 44);
            for (int y = 300; y < 360; y++)
            {
                for (int x = left; x < right; x++)
                {
                    luma[(y * 640) + x] = (byte)(251 - luma[(y * 640) + x]);
                }
            }

            Assert.That(FrameBlocks.TryRead(luma, 640, 640, 360, out _), Is.False, $"block {block}");
        }
    }

    [TestCase(0)]
    [TestCase(16)]
    [TestCase(128)]
    [TestCase(255)]
    public void Read_of_an_even_picture_fails(byte value)
    {
        byte[] luma = new byte[640 * 360];
        luma.AsSpan().Fill(value);
        Assert.That(FrameBlocks.TryRead(luma, 640, 640, 360, out _), Is.False);
    }

    [Test]
    public void Read_of_a_picture_too_small_for_blocks_fails() =>
        Assert.That(FrameBlocks.TryRead(new byte[64 * 64], 64, 64, 64, out _), Is.False);

    private static IEnumerable<long> RandomNumbers(int count)
    {
        var random = new Random(7);
        return Enumerable.Range(0, count).Select(_ => random.NextInt64(1L << 32));
    }

    private static byte[] Scale(byte[] source, int fromWidth, int fromHeight, int width, int height)
    {
        byte[] result = new byte[width * height];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                double sourceX = Math.Clamp(((x + 0.5) * fromWidth / width) - 0.5, 0, fromWidth - 1.001);
                double sourceY = Math.Clamp(((y + 0.5) * fromHeight / height) - 0.5, 0, fromHeight - 1.001);
                int left = (int)sourceX, top = (int)sourceY;
                double right = sourceX - left, down = sourceY - top;
                double upper = (source[(top * fromWidth) + left] * (1 - right)) + (source[(top * fromWidth) + left + 1] * right);
                double lower = (source[((top + 1) * fromWidth) + left] * (1 - right)) + (source[((top + 1) * fromWidth) + left + 1] * right);
                result[(y * width) + x] = (byte)Math.Round((upper * (1 - down)) + (lower * down));
            }
        }

        return result;
    }
}
