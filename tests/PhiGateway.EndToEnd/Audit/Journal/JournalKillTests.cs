using System.Diagnostics;
using System.Globalization;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.EndToEnd.Audit.Journal;

/// <summary>kill -9 at random moments: what was acknowledged is there, in place, and the chain holds.</summary>
public sealed class JournalKillTests(ITestOutputHelper output)
{
    private const int Rounds = 40;

    public static JournalOptions Options(string directory) =>
        new()
        {
            Directory = directory,
            LogName = "gw-01",
            SegmentBytes = 256 * 1024,
            Budget = 64 * 256 * 1024,
        };

    [Fact]
    public async Task Append_KilledAtRandomMoments_LosesNothingAcknowledged()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}, {Rounds} rounds");
        var random = new Random(seed);
        using var folder = new JournalFolder();
        var acknowledged = new Dictionary<long, Guid>();
        for (var round = 0; round < Rounds; round++)
        {
            await RunAndKillAsync(folder.Path, random.Next(0, 400), acknowledged);
            var found = JournalInspector.Inspect(folder.Path);
            Assert.True(
                acknowledged.Keys.Max() <= found.Last,
                $"Record {acknowledged.Keys.Max()} was acknowledged, {found.Last} is the last."
            );
        }

        await using var journal = await FileJournal.OpenAsync(Options(folder.Path), TimeProvider.System);
        // Kept: what is shipped may be recycled meanwhile.
        var first = journal.FirstSequence;
        var next = first;
        var seen = 0;
        using var reader = journal.CreateReader(next);
        while (reader.TryRead(out var frame))
        {
            Assert.Equal(next++, frame.Sequence);
            if (acknowledged.TryGetValue(frame.Sequence, out var id))
            {
                Assert.Equal(id, AuditRecordReader.Read(frame.Body.Span).Id);
                seen++;
            }
        }

        Assert.True(seen > 0);
        Assert.Equal(acknowledged.Keys.Count(s => s >= first), seen);
        output.WriteLine($"{acknowledged.Count} acknowledged, {seen} of them still in the journal of {next} records");
    }

    private static async Task RunAndKillAsync(string directory, int lines, Dictionary<long, Guid> acknowledged)
    {
        using var victim = Process.Start(Self(directory))!;
        var count = 0;

        // Killed behind a random number of acknowledgements; what was said before the end still arrives.
        while (await victim.StandardOutput.ReadLineAsync() is { } line)
        {
            var parts = line.Split(' ');
            if (parts.Length == 2 && Guid.TryParseExact(parts[1], "N", out var id))
            {
                Assert.True(
                    acknowledged.TryAdd(long.Parse(parts[0], CultureInfo.InvariantCulture), id),
                    "A sequence was acknowledged twice."
                );
            }

            if (count++ == lines)
            {
                victim.Kill();
            }
        }

        await victim.WaitForExitAsync();
        Assert.True(count > lines, "The victim ended by itself: " + await victim.StandardError.ReadToEndAsync());
    }

    private static ProcessStartInfo Self(string directory)
    {
        var assembly = typeof(JournalKillTests).Assembly.Location;
        var info = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        info.ArgumentList.Add("exec");
        info.ArgumentList.Add(assembly);
        info.Environment[JournalCrasher.Variable] = directory;
        return info;
    }
}
