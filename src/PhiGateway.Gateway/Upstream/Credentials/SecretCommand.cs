using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using PhiGateway.Gateway.Configuration;

namespace PhiGateway.Gateway.Upstream.Credentials;

/// <summary>
/// Runs the program that an operator named and returns what it writes to its standard output: no shell, no input, bounded in time and size.
/// Called by <see cref="SecretSource"/>.
/// </summary>
internal static class SecretCommand
{
    /// <summary>The largest secret.</summary>
    internal const int MostBytes = 64 * 1024;

    /// <exception cref="CredentialException">It cannot be run, fails, takes too long, or writes nothing or too much.</exception>
    public static async Task<string> RunAsync(IReadOnlyList<string> words, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var process = Start(words);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(timeout);
        try
        {
            process.StandardInput.Close();
            // What it complains of is read too, or it would wait for a reader; it may hold anything, so nobody is told.
            var complaints = process.StandardError.BaseStream.CopyToAsync(Stream.Null, patience.Token);
            var secret = await ReadAsync(process.StandardOutput.BaseStream, patience.Token);
            await complaints;
            await process.WaitForExitAsync(patience.Token);
            if (process.ExitCode != 0)
            {
                throw new CredentialException($"the command ended with {process.ExitCode}");
            }

            return secret.Length > 0 ? secret : throw new CredentialException("the command wrote nothing");
        }
        catch (OperationCanceledException)
        {
            throw new CredentialException("the command did not end in time");
        }
        catch (IOException)
        {
            throw new CredentialException("the command's output cannot be read");
        }
        finally
        {
            Stop(process);
        }
    }

    private static Process Start(IReadOnlyList<string> words)
    {
        var start = new ProcessStartInfo(words[0])
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var word in words.Skip(1))
        {
            start.ArgumentList.Add(word);
        }

        // The gateway's own configuration may stand there, and none of it is the program's business.
        foreach (
            var key in start
                .Environment.Keys.Where(static key =>
                    key.StartsWith(GatewayConfiguration.EnvironmentPrefix, StringComparison.OrdinalIgnoreCase)
                )
                .ToList()
        )
        {
            start.Environment.Remove(key);
        }

        try
        {
            return Process.Start(start) ?? throw new CredentialException("the command cannot be run");
        }
        catch (Exception fault) when (fault is Win32Exception or InvalidOperationException)
        {
            throw new CredentialException("the command cannot be run");
        }
    }

    private static async Task<string> ReadAsync(Stream output, CancellationToken cancellationToken)
    {
        var buffer = new byte[MostBytes + 1];
        var at = 0;
        int read;
        while (at < buffer.Length && (read = await output.ReadAsync(buffer.AsMemory(at), cancellationToken)) > 0)
        {
            at += read;
        }

        return at > MostBytes ? throw new CredentialException("the command wrote too much") : Encoding.UTF8.GetString(buffer, 0, at).Trim();
    }

    private static void Stop(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception fault) when (fault is InvalidOperationException or Win32Exception or NotSupportedException)
        {
            // It ended meanwhile.
        }
    }
}
