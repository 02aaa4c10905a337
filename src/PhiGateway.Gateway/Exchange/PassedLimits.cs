namespace PhiGateway.Gateway.Exchange;

/// <summary>Names of the limits shared with others that an emergency use went beyond, each once; its record says them.</summary>
internal sealed class PassedLimits
{
    private List<string>? _names;

    /// <summary>In the order in which they were passed; null: none was.</summary>
    public IReadOnlyList<string>? Names => _names;

    public void Add(string name)
    {
        _names ??= [];
        if (!_names.Contains(name))
        {
            _names.Add(name);
        }
    }
}
