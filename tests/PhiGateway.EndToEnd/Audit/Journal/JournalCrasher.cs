using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Audit;

namespace PhiGateway.EndToEnd.Audit.Journal;

/// <summary>
/// The victim of <see cref="JournalKillTests"/>: this test program started once more with a directory in its environment, appending until
/// it is killed.
/// </summary>
/// <remarks>All on one thread: while a module is being initialised, no other thread may run its code.</remarks>
internal static class JournalCrasher
{
    public const string Variable = "PHIGW_TEST_CRASHER";

    [ModuleInitializer]
    internal static void Start()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } directory)
        {
            Run(directory);
        }
    }

    private static void Run(string directory)
    {
        var journal = FileJournal.OpenAsync(JournalKillTests.Options(directory), TimeProvider.System).GetAwaiter().GetResult();
        using var output = System.Console.OpenStandardOutput();
        var batch = new List<(Guid Id, Task<AuditPosition> Append)>();
        for (var i = 0; ; i++)
        {
            batch.Clear();
            for (var k = 0; k <= i % 12; k++)
            {
                var record = TestRecords.Disclosure();
                batch.Add((record.Id, journal.AppendAsync(record).AsTask()));
            }

            foreach (var (id, append) in batch)
            {
                var position = append.GetAwaiter().GetResult();

                // One write of one line: the pipe keeps it whole.
                output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{position.Sequence} {id:N}\n")));
                if (journal.UsedShare > 0.2)
                {
                    journal.Acknowledge(position.Sequence);
                }
            }
        }
    }
}
