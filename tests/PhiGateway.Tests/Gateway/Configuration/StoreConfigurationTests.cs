using Xunit;

namespace PhiGateway.Tests.Gateway.Configuration;

/// <summary>What a start would stop at is said by the validation: a database that is named as other programs take it, or in part.</summary>
public sealed class StoreConfigurationTests : IDisposable
{
    private readonly string _secret = Path.GetTempFileName();

    public void Dispose() => File.Delete(_secret);

    [Theory]
    [InlineData("Host=db;Username=gw01;Password=open-sesame", "names no Database")]
    [InlineData("Database=phigateway;Password=open-sesame", "names no Host")]
    [InlineData("postgres://gw01:open-sesame@db/phigateway", "Host=db.hospital.example;Database=phigateway")]
    [InlineData("Host=one,two;Database=phigateway;Password=open-sesame", "Target Session Attributes=primary")]
    [InlineData("Host=db;Database=phigateway;Username=gw01;Password=open-sesame", null)]
    public void Read_ConnectionString_IsReadAsTheStartReadsIt(string text, string? words)
    {
        File.WriteAllText(_secret, text);
        foreach (var store in (string[])["Registry", "Audit:Store"])
        {
            var problems = ConfigurationFixture.Problems(
                ($"PhiGateway:{store}:Provider", "Postgres"),
                ($"PhiGateway:{store}:ConnectionString", "file:" + _secret)
            );

            Assert.DoesNotContain("open-sesame", string.Join(' ', problems), StringComparison.Ordinal);
            if (words is null)
            {
                Assert.Empty(problems);
                continue;
            }

            var problem = Assert.Single(problems);
            Assert.Equal($"PhiGateway:{store}:ConnectionString", problem.Key);
            Assert.Contains(words, problem.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Host=db;Database=phigateway", "such as Data Source=")]
    [InlineData("Data Source=:memory:", "keeps nothing")]
    [InlineData("Data Source=./run/registry.db", null)]
    public void Read_EmbeddedDatabase_IsReadAsTheStartReadsIt(string text, string? words)
    {
        var problems = ConfigurationFixture.Problems(("PhiGateway:Registry:ConnectionString", text));

        Assert.Equal(words is null ? 0 : 1, problems.Count);
        Assert.All(problems, problem => Assert.Contains(words!, problem.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Admin:RegistryConnectionString")]
    [InlineData("Admin:AuditConnectionString")]
    public void Read_LoginThatIsNamedAndNotThere_IsSaid(string key)
    {
        var problem = Assert.Single(ConfigurationFixture.Problems(("PhiGateway:" + key, "env:PHIGW_TEST_NOT_SET")));

        Assert.Equal("PhiGateway:" + key, problem.Key);
        Assert.Contains("PHIGW_TEST_NOT_SET", problem.Message, StringComparison.Ordinal);

        File.WriteAllText(_secret, "Host=db;Database=phigateway");
        Assert.Empty(ConfigurationFixture.Problems(("PhiGateway:" + key, "file:" + _secret)));
    }
}
