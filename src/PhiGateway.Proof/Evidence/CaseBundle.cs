using System.Globalization;
using System.Text;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Proof.Evidence;

/// <summary>
/// Puts records of several logs into one bundle, each log in a folder of its own that is verified by itself. For one call; not thread-safe.
/// </summary>
/// <remarks>What is not in it is counted, so that a bundle never passes for more than it is.</remarks>
public sealed class CaseBundle(ProverSet provers)
{
    /// <summary>Most records of one bundle: an answer of some 30 MB.</summary>
    public const int MostRecords = 5_000;

    private readonly SortedDictionary<string, int> _elsewhere = new(StringComparer.Ordinal);

    /// <summary>Records of logs that this node does not keep, by log.</summary>
    public IReadOnlyDictionary<string, int> Elsewhere => _elsewhere;

    /// <summary>Records that no checkpoint covers yet.</summary>
    public int Uncovered { get; private set; }

    /// <summary>Records in the bundle.</summary>
    public int Count { get; private set; }

    /// <summary>Makes it; without the file that says what was asked for, which is the caller's.</summary>
    /// <param name="records">Each once.</param>
    /// <exception cref="InvalidDataException">A log's files are damaged, or a record is not the one that its log has.</exception>
    public IReadOnlyList<EvidenceFile> Make(IEnumerable<AuditEntry> records)
    {
        var files = new List<EvidenceFile> { Text("README.md", EvidenceTexts.CaseReadme), Text("verify.sh", EvidenceTexts.CaseScript) };
        var index = new StringBuilder();
        var number = 0;
        foreach (var log in records.GroupBy(static record => record.Log).OrderBy(static log => log.Key, StringComparer.Ordinal))
        {
            if (provers.Of(log.Key) is not { } prover)
            {
                _elsewhere[log.Key] = log.Count();
                continue;
            }

            var size = prover.Size;
            var covered = log.Where(record => record.Sequence < size).OrderBy(static record => record.Sequence).ToList();
            Uncovered += log.Count() - covered.Count;
            if (covered.Count == 0 || prover.MakeBundle(covered) is not { } bundle)
            {
                continue;
            }

            number++;
            Count += covered.Count;
            files.AddRange(bundle.Select(file => file with { Name = Folder(number) + file.Name }));
            foreach (var record in covered)
            {
                index.Append(CultureInfo.InvariantCulture, $"{Folder(number)}records/{record.Sequence} {record.Id:D}\n");
            }
        }

        files.Add(Text("index.txt", index.ToString()));
        return files;
    }

    private static string Folder(int number) => "logs/" + number.ToString(CultureInfo.InvariantCulture) + "/";

    private static EvidenceFile Text(string name, string text) => new(name, Encoding.UTF8.GetBytes(text));
}
