using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Schedules;

public sealed class ChannelIdTests
{
    // The expected value was computed with Python's uuid.uuid5 and the same name space.
    [Test]
    public void FromShortName_known_name_gives_its_version_5_uuid() =>
        Assert.That(ChannelId.FromShortName("retro-one"), Is.EqualTo(new Guid("0b5915b1-18a7-59bc-8be9-6a30bd8bb088")));
}
