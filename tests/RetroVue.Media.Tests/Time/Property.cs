using FsCheck;
using FsCheck.Fluent;

namespace RetroVue.Media.Tests.Time;

/// <summary>Checks a property for many generated values. A failure shows the value and the seed that repeats it.</summary>
internal static class Property
{
    public static void Check<T>(Gen<T> values, Func<T, bool> holds, int tests = 5000) =>
        Prop.ForAll(values.ToArbitrary(), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(tests).WithQuietOnSuccess(true));
}
