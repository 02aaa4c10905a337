using System.Diagnostics;
using PhiGateway.Policy.Registry;
using PhiGateway.Storage.Common;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.Tests.Storage;

public sealed class SqliteRegistrySealTests(ITestOutputHelper output) : RegistrySealContract
{
    protected override Task<StorageLocation> LocateAsync() => Task.FromResult(StorageLocation.Sqlite());

    [Fact]
    public void Check_AHundredThousandDocuments_AreAllBelieved()
    {
        // A client and its credential, fifty thousand times: what a start adds to reading them is printed.
        var seal = new RegistrySeal(new byte[32], isRequired: true);
        var json = new string('x', 900);
        var items = Enumerable
            .Range(0, 100_000)
            .Select(i => new RegistryItem(RegistryKind.Client, $"client-{i}", 1, i, json, DateTimeOffset.UnixEpoch, "tester", false))
            .Select(item => (Item: item, Seal: seal.Of(item)))
            .ToList();
        var start = Stopwatch.GetTimestamp();
        foreach (var (item, mark) in items)
        {
            Assert.Same(item, seal.Check(item, mark));
        }

        output.WriteLine($"{items.Count} seals checked in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms");
    }
}
