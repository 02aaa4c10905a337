using System.Text.Json.Nodes;

namespace PhiGateway.EndToEnd.Faults;

/// <summary>One node with the embedded store, which is stopped, put back and started with words said for one start.</summary>
public sealed class ForkedLogWorld : GatewayWorld
{
    private protected override string Provider => "Sqlite";

    internal string Journal => Path.Combine(Folder, "journal");

    /// <summary>Says a word of the journal's configuration for the next start, or takes it out again.</summary>
    internal void Say(string word, bool isSaid)
    {
        var file = Path.Combine(Folder, $"gateway-{Gateway.Data.Port}.json");
        var configuration = JsonNode.Parse(File.ReadAllText(file))!;
        var journal = configuration["PhiGateway"]!["Audit"]![nameof(Journal)]!.AsObject();
        journal.Remove(word);
        if (isSaid)
        {
            journal[word] = true;
        }

        File.WriteAllText(file, configuration.ToJsonString());
    }

    /// <summary>A copy of a folder as it is.</summary>
    internal static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        }

        foreach (var folder in Directory.GetDirectories(from))
        {
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }
}
