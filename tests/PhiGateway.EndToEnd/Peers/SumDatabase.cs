using System.Diagnostics;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd.Peers;

/// <summary>
/// The code of Go's checksum database, as Debian packages it, behind a small program of the tests': verifies a log that nobody there knows.
/// Compiled once in a run, by the first test that asks; taken as a constructor parameter.
/// </summary>
public sealed class SumDatabase : IDisposable
{
    private static readonly string Source = Path.Combine(RepositoryPaths.Peers, "sumdb", "verify.go");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("phigw-sumdb-");
    private readonly Lazy<string> _program;

    public SumDatabase() => _program = new Lazy<string>(Build);

    /// <summary>Verifies a folder with a published key, and a proof file where one is given.</summary>
    public (bool Verified, string Words) Verify(string folder, string key, params string[] proof)
    {
        var (code, words) = Run(new ProcessStartInfo(_program.Value, [folder, key, .. proof]));
        return (code == 0, words);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Build()
    {
        var program = Path.Combine(_folder.FullName, "verify");
        var start = new ProcessStartInfo("go", ["build", "-o", program, Source]);
        start.Environment["GO111MODULE"] = "off";
        start.Environment["GOPATH"] = "/usr/share/gocode";
        start.Environment["GOCACHE"] = Path.Combine(_folder.FullName, "cache");
        var (code, words) = Run(start);
        return code == 0 ? program : throw new InvalidOperationException($"go build: {words}");
    }

    private static (int Code, string Words) Run(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var words = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, words + errors.Result);
    }
}
