using System.Text.Json.Nodes;
using PhiGateway.Sinks.Configuration;
using PhiGateway.Sinks.Events;
using PhiGateway.Sinks.Feeding;
using PhiGateway.Sinks.Files;
using PhiGateway.Sinks.Formats;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Sinks;

/// <summary>Lines in files of a folder.</summary>
public sealed class FileSinkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("phigw-files-").FullName;
    private readonly ManualClock _clock = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Send_FileThatIsFull_BeginsTheNext_AndTheOldestGo()
    {
        var sink = Sink(rotateAt: 3000, keep: 9000);
        for (var sequence = 0L; sequence < 40; sequence++)
        {
            await sink.SendAsync([EventOf(sequence)], default);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        await sink.DisposeAsync();
        var files = Files();
        var lines = files.SelectMany(File.ReadAllLines).Select(static line => (long)JsonNode.Parse(line)!["sequence"]!).ToList();
        Assert.InRange(files.Sum(static file => new FileInfo(file).Length), 3000, 9000);
        Assert.True(files.Count >= 2, "rotated");
        Assert.Equal(Enumerable.Range((int)lines[0], lines.Count).Select(static one => (long)one), lines);
        Assert.Equal(39, lines[^1]);
    }

    [Fact]
    public async Task Send_AfterARestart_WritesNotIntoAFileOfTheProcessBefore()
    {
        var first = Sink(100_000, 1_000_000);
        await first.SendAsync([EventOf(1)], default);
        await first.DisposeAsync();
        _clock.Advance(TimeSpan.FromSeconds(1));
        var second = Sink(100_000, 1_000_000);
        await second.SendAsync([EventOf(2)], default);
        await second.DisposeAsync();

        Assert.Equal(2, Files().Count);
        Assert.All(
            Files(),
            static file => Assert.True(OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & UnixFileMode.OtherRead) == 0)
        );
    }

    [Fact]
    public async Task Send_BesideASinkOfALongerName_LeavesItsFiles()
    {
        var options = new SinkOptions { Name = "lake-2", Directory = _folder };
        await using (var other = new FileSink(options, new JsonFormat(), 100_000, 1_000_000, _clock))
        {
            await other.SendAsync([EventOf(0)], default);
        }

        var sink = Sink(rotateAt: 1000, keep: 3000);
        for (var sequence = 0L; sequence < 20; sequence++)
        {
            await sink.SendAsync([EventOf(sequence)], default);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        await sink.DisposeAsync();
        Assert.Single(Directory.GetFiles(_folder, "lake-2-*.ndjson"));

        // Its own oldest went.
        Assert.InRange(Directory.GetFiles(_folder).Sum(static file => new FileInfo(file).Length), 1000, 6000);
    }

    [Fact]
    public async Task Send_FolderThatCannotBeMade_IsASinkFault()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "file"), "x");
        var options = new SinkOptions { Name = "lake", Directory = Path.Combine(_folder, "file", "below") };
        await using var sink = new FileSink(options, new JsonFormat(), 1000, 2000, _clock);

        await Assert.ThrowsAsync<SinkException>(() => sink.SendAsync([EventOf(1)], default));
    }

    private FileSink Sink(long rotateAt, long keep) =>
        new(new SinkOptions { Name = "lake", Directory = _folder }, new JsonFormat(), rotateAt, keep, _clock);

    private static SinkEvent EventOf(long sequence) => SinkSample.EventOf(TestRecords.Disclosure(), sequence);

    private List<string> Files() => [.. Directory.GetFiles(_folder, "lake-*.ndjson").Order(StringComparer.Ordinal)];
}
