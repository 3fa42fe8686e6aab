using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Pictures;

/// <summary>A decoded picture.</summary>
internal sealed record AiredPicture(VideoFormat Format, ClockTime Pts, byte[][] Planes)
{
    /// <summary>
    /// Returns the means of Y, U and V over five by five samples around a place, which is given in parts of the width and the height.
    /// </summary>
    public (double Y, double U, double V) At(double x, double y) => (Mean(0, x, y), Mean(1, x, y), Mean(2, x, y));

    /// <summary>The mean of the luma.</summary>
    public double Luma => Planes[0].Average(sample => (double)sample);

    private double Mean(int plane, double x, double y)
    {
        (int width, int height) = plane == 0 ? (Format.Width, Format.Height) : ((Format.Width + 1) / 2, (Format.Height + 1) / 2);
        double sum = 0;
        int count = 0;
        for (int line = (int)(y * height) - 2; line <= (int)(y * height) + 2; line++)
        {
            for (int column = (int)(x * width) - 2; column <= (int)(x * width) + 2; column++)
            {
                if (line >= 0 && line < height && column >= 0 && column < width)
                {
                    sum += Planes[plane][(line * width) + column];
                    count++;
                }
            }
        }

        return sum / count;
    }
}
