using System.Globalization;

namespace PhiGateway.Proof.Verification;

/// <summary>Writes a finding as one line, for people and for scripts: code, log, record, words.</summary>
public static class FindingText
{
    /// <summary>The line.</summary>
    public static string Of(ProofFinding finding) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{finding.Code}\t{finding.Log}\t{finding.Sequence?.ToString(CultureInfo.InvariantCulture) ?? "-"}\t{finding.Words}"
        );
}
