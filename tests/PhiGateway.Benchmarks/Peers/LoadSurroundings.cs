using PhiGateway.Storage.Common;

namespace PhiGateway.Benchmarks.Peers;

/// <summary>What stands around a gateway under load: by default SQLite on both sides of its trail, one client, and no TLS.</summary>
internal sealed record LoadSurroundings
{
    /// <summary>A Postgres with databases <c>registry</c> and <c>audit</c>, as a connection string without one; null: SQLite.</summary>
    public string? Postgres { get; init; }

    /// <summary>Clients besides the one that asks.</summary>
    public int Clients { get; init; }

    /// <summary>Memberships on rosters besides its own.</summary>
    public int Members { get; init; }

    /// <summary>PEM certificate of the data plane's listener; null: it speaks plain HTTP.</summary>
    public string? Certificate { get; init; }

    /// <summary>Its private key.</summary>
    public string? CertificateKey { get; init; }

    public string Scheme => Certificate is null ? "http" : "https";

    /// <summary>Reads them as <c>name=value</c>, as the load benchmark writes them.</summary>
    public static LoadSurroundings Parse(IEnumerable<string> words)
    {
        var named = words.Select(static word => word.Split('=', 2)).ToDictionary(static pair => pair[0], static pair => pair[1]);
        return new LoadSurroundings
        {
            Postgres = named.GetValueOrDefault("postgres"),
            Clients = int.Parse(named.GetValueOrDefault("clients", "0")),
            Members = int.Parse(named.GetValueOrDefault("members", "0")),
            Certificate = named.GetValueOrDefault("certificate"),
            CertificateKey = named.GetValueOrDefault("key"),
        };
    }

    /// <summary>Where the registry or the trail is kept.</summary>
    public StorageOptions StoreOf(string folder, string name) =>
        Postgres is { } server
            ? new StorageOptions { Provider = StorageProvider.Postgres, ConnectionString = $"{server};Database={name}" }
            : new StorageOptions
            {
                Provider = StorageProvider.Sqlite,
                ConnectionString = $"Data Source={Path.Combine(folder, name + ".db")}",
            };
}
