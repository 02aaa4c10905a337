using System.Text;

namespace PhiGateway.Identity.Issuers;

/// <summary>
/// Reads a key set that the operator keeps: a file (read again on each refresh, so it can be replaced) or <c>env:NAME</c>.
/// </summary>
internal sealed class StaticKeySetReader(string location) : IKeySetReader
{
    private const string EnvironmentPrefix = "env:";

    public Task<JwksReading> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(Read(location));

    /// <summary>Reads at once; also used to validate the configuration.</summary>
    public static JwksReading Read(string location)
    {
        if (location.StartsWith(EnvironmentPrefix, StringComparison.Ordinal))
        {
            var name = location[EnvironmentPrefix.Length..];
            var value = Environment.GetEnvironmentVariable(name);
            return string.IsNullOrEmpty(value)
                ? JwksReading.Failed($"the environment variable {name} is not set")
                : At($"in the environment variable {name}", JwksReader.Read(Encoding.UTF8.GetBytes(value)));
        }

        try
        {
            return At($"in the file {location}", JwksReader.Read(File.ReadAllBytes(location)));
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return JwksReading.Failed($"the key set file {location} cannot be read ({exception.GetType().Name})");
        }
    }

    private static JwksReading At(string place, JwksReading reading) =>
        reading with
        {
            Problems = [.. reading.Problems.Select(problem => $"{problem} ({place})")],
        };
}
