using Npgsql;
using RetroVue.Runtime.Storage.Postgres;

namespace RetroVue.Runtime.Storage.Tests.Postgres;

/// <summary>Addresses of databases, as people and hosting services write them.</summary>
public sealed class PostgresAddressTests
{
    [TestCase("postgresql://station:secret@db.example:6543/air", "db.example", 6543, "air", "station", "secret")]
    [TestCase("postgres://station@db.example/air", "db.example", 5432, "air", "station", null)]
    [TestCase("POSTGRESQL://db.example:/air?user=station&password=a%26b", "db.example", 5432, "air", "station", "a&b")]
    [TestCase("postgresql://st%40tion:p%2Fw%3A%40@db.example/%D1%8D", "db.example", 5432, "э", "st@tion", "p/w:@")]
    [TestCase("postgresql://station:p@ss@db.example/air", "db.example", 5432, "air", "station", "p@ss")]
    [TestCase("postgresql://station@[2001:db8::1]:6543/air", "2001:db8::1", 6543, "air", "station", null)]
    [TestCase("postgresql://station@[2001:db8::1]/air", "2001:db8::1", 5432, "air", "station", null)]
    [TestCase("postgresql:///air?host=/run/pg&port=6543&user=station", "/run/pg", 6543, "air", "station", null)]
    [TestCase("postgresql://station@%2Frun%2Fpg:6543/air", "/run/pg", 6543, "air", "station", null)]
    [TestCase("postgresql://station@one.example:1,two.example:2/air", "one.example:1,two.example:2", 5432, "air", "station", null)]
    [TestCase("postgresql://station@db.example", "db.example", 5432, "station", "station", null)]
    [TestCase("Host=db.example;Port=6543;Database=air;Username=station;Password=sec ret", "db.example", 6543, "air", "station", "sec ret")]
    [TestCase(" server = db.example ; database=air; user id=station", "db.example", 5432, "air", "station", null)]
    public void Address_is_read(string text, string host, int port, string database, string user, string? password)
    {
        Assert.That(PostgresAddress.Matches(text));
        NpgsqlConnectionStringBuilder address = PostgresAddress.Parse(text);
        Assert.That((address.Host, address.Port, address.Database, address.Username, address.Password), Is.EqualTo((host, port, database, user, password)));
    }

    [TestCase("disable", SslMode.Disable)]
    [TestCase("require", SslMode.Require)]
    [TestCase("verify-ca", SslMode.VerifyCA)]
    [TestCase("verify-full", SslMode.VerifyFull)]
    public void Modes_of_encryption_have_the_names_of_libpq(string text, SslMode mode) =>
        Assert.That(PostgresAddress.Parse($"postgresql://db.example/air?sslmode={text}").SslMode, Is.EqualTo(mode));

    [Test]
    public void Parameters_of_libpq_and_of_Npgsql_are_known()
    {
        NpgsqlConnectionStringBuilder address = PostgresAddress.Parse(
            "postgresql://db.example/air?application_name=News%20room&connect_timeout=3&target_session_attrs=read-write&options=-c%20search_path%3Dair&Maximum%20Pool%20Size=4&keepalive=7");
        Assert.That(
            (address.ApplicationName, address.Timeout, address.TargetSessionAttributes, address.Options, address.MaxPoolSize, address.KeepAlive),
            Is.EqualTo(("News room", 3, "read-write", "-c search_path=air", 4, 7)));
    }

    [Test]
    public void Address_without_host_and_names_is_the_servers_socket_and_the_users_own_database()
    {
        NpgsqlConnectionStringBuilder address = PostgresAddress.Parse("postgresql://");
        Assert.That(address.Host, Is.EqualTo("/var/run/postgresql").Or.EqualTo("localhost"));
        Assert.That((address.Username, address.Database), Is.EqualTo((Environment.UserName, Environment.UserName)));
    }

    [TestCase("postgresql://u:secret@db.example:port/air", "'port' is not a port")]
    [TestCase("postgresql://u:secret@db.example:70000/air", "'70000' is not a port")]
    [TestCase("postgresql://u:secret@db.example/air?port=0", "'0' is not a port")]
    [TestCase("postgresql://u:secret@db.example/air?sslmode=maybe", "'maybe' is not a value of its parameter 'sslmode'")]
    [TestCase("postgresql://u:secret@db.example/air?colour=red", "unknown parameter 'colour'")]
    [TestCase("Host=db.example;Password=secret;Colour=red", "olour")]
    [TestCase("Host=db.example;Password=secret;Port=many", "port.")]
    public void Wrong_address_is_refused_with_its_fault_and_without_its_password(string text, string fault)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => PostgresAddress.Parse(text))!;
        Assert.That(refused.Message, Does.Contain(fault).And.Contain("postgresql://user:password@host:5432/database").And.Not.Contain("secret"));
    }

    [TestCase("/data/station.db")]
    [TestCase("data/my=host.db")]
    [TestCase("station.db")]
    public void Path_of_a_file_is_no_address(string text) => Assert.That(PostgresAddress.Matches(text), Is.False);
}
