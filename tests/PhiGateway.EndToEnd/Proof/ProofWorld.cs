using System.Text.Json.Nodes;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;

namespace PhiGateway.EndToEnd.Proof;

/// <summary>A node whose registry is sealed, and whose log is exported and verified every second.</summary>
public sealed class ProofWorld : PostgresWorld
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    /// <summary>The registry's store as the control plane opens it.</summary>
    internal RegistryStorage OpenRegistry() =>
        RegistryStorage.Create(
            new StorageOptions
            {
                Provider = StorageProvider.Postgres,
                ConnectionString = File.ReadAllText(Path.Combine(Folder, "registry.connection")),
            },
            seal: new RegistrySeal(Key, isRequired: true)
        );

    /// <summary>One client more, which a test may use up.</summary>
    internal Task AdmitSpareAsync(string client) => AdmitAsync(client, "lab-results");

    private protected override void Shape(JsonObject configuration)
    {
        var file = Path.Combine(Folder, "seal.key");
        File.WriteAllBytes(file, Key);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        var options = configuration["PhiGateway"]!;
        options["Registry"]!["SealKeyFile"] = file;
        options["Registry"]!["SealRequired"] = true;
        options["Audit"]!["Log"] = new JsonObject { ["ExportEvery"] = "00:00:01", ["VerifyEvery"] = "00:00:01" };
    }
}
