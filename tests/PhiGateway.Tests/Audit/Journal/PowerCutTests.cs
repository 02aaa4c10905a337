using System.Collections.Concurrent;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Journal.Files;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Audit.Journal;

/// <summary>What was not flushed is gone, wherever the power is cut: what was acknowledged is there, and the node starts.</summary>
public sealed class PowerCutTests
{
    private const int Rounds = 2;

    // Three of them fill a segment.
    private const int RecordsPerRound = 12;

    [Fact]
    public async Task Open_AfterAPowerCutBeforeAnyStep_HasAllThatWasAcknowledged()
    {
        using var folder = new JournalFolder();
        var files = new PowerCutFiles();
        var cuts = new ConcurrentQueue<(JournalFolder Left, long Acknowledged)>();
        var acknowledged = -1L;
        await using (var journal = await folder.OpenAsync(files))
        {
            acknowledged = (await journal.AppendAsync(TestRecords.Denial())).Sequence;

            // What the keeper flushes each second may be as old as this, however much was written, shipped and recycled since: on a slow disk that
            // second takes long.
            var checkpoint = ReadCheckpoint(folder);
            files.BeforeStep = () =>
            {
                // First, for the journal goes on meanwhile.
                var until = Volatile.Read(ref acknowledged);
                cuts.Enqueue((files.Cut(checkpoint), until));
            };
            for (var round = 0; round < Rounds; round++)
            {
                for (var i = 0; i < RecordsPerRound; i++)
                {
                    Volatile.Write(ref acknowledged, await AppendAsync(journal));
                }

                journal.Acknowledge(journal.DurableSequence);
                journal.Maintain();
            }

            Assert.True(journal.FirstSequence > 0, "Nothing was recycled.");
            cuts.Enqueue((files.Cut(checkpoint), acknowledged));
            files.BeforeStep = static () => { };
        }

        Assert.True(cuts.Count > 10);
        foreach (var (left, until) in cuts)
        {
            using (left)
            {
                Assert.InRange(JournalInspector.Inspect(left.Path).Last, until, long.MaxValue);
            }
        }
    }

    // A journal that did not flush would fail the test above.
    [Fact]
    public async Task Open_AfterAPowerCutOnADiskThatOnlySaysThatItFlushed_IsRefused()
    {
        using var folder = new JournalFolder();
        var files = new PowerCutFiles { Flushes = false };
        await using var journal = await folder.OpenAsync(files);
        _ = await AppendAsync(journal);
        using var left = files.Cut(ReadCheckpoint(folder));
        var refused = Assert.Throws<JournalOpenException>(() => JournalInspector.Inspect(left.Path));

        Assert.Contains("lost records", refused.Message, StringComparison.Ordinal);
    }

    private static byte[] ReadCheckpoint(JournalFolder folder) => File.ReadAllBytes(Path.Combine(folder.Path, JournalCheckpoint.FileName));

    private static async Task<long> AppendAsync(FileJournal journal)
    {
        var record = TestRecords.Denial();
        record.Note = new string('n', 20_000);
        return (await journal.AppendAsync(record)).Sequence;
    }
}
