namespace PhiGateway.Proof.Evidence;

/// <summary>The readme and the script that go into every evidence bundle and say how to verify it.</summary>
internal static class EvidenceTexts
{
    /// <summary>For people.</summary>
    public static string Readme { get; } = Read("evidence.md");

    /// <summary>For a shell.</summary>
    public static string Script { get; } = Read("verify.sh");

    /// <summary>For people, of a bundle over several accesses.</summary>
    public static string CaseReadme { get; } = Read("evidence-case.md");

    /// <summary>For a shell, of a bundle over several accesses.</summary>
    public static string CaseScript { get; } = Read("verify-case.sh");

    private static string Read(string name)
    {
        using var stream = typeof(EvidenceTexts).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
