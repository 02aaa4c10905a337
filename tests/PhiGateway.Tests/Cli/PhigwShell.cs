using PhiGateway.Cli;
using PhiGateway.Tests.Common.Admin;

namespace PhiGateway.Tests.Cli;

/// <summary>Runs <c>phigw</c> in this process as a person at a terminal, against an admin API.</summary>
internal sealed class PhigwShell(AdminServer server) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("phigw").FullName;

    public string At(string name) => Path.Combine(_folder, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(At(name), text);
        return At(name);
    }

    /// <summary>One command; what is typed when it asks.</summary>
    public async Task<PhigwResult> RunAsync(string person, string typed, params string[] arguments)
    {
        string[] key = arguments.Contains("--key") ? [] : ["--key", Write(person + ".key", server.KeyOf(person))];
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await PhigwCommand.RunAsync(
            [.. arguments, "--server", server.Address.ToString(), .. key],
            output,
            error,
            new StringReader(typed)
        );
        return new PhigwResult(code, output.ToString(), error.ToString());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

/// <summary>What came of a command.</summary>
internal sealed record PhigwResult(int Code, string Output, string Error)
{
    public string All => Output + Error;
}
