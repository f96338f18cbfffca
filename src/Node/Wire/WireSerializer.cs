using System.Runtime.Serialization;
using System.Text.Json;
using Akka.Actor;
using Akka.Serialization;

namespace Hearth.Node.Wire;

/// <summary>Serializes the types of <see cref="WireTypes"/> and no others: a manifest is looked up, never resolved as a CLR type's name.</summary>
internal sealed class WireSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>Stored beside every event; never to change.</summary>
    public const int Id = 9070;

    public override int Identifier => Id;

    public override string Manifest(object o) => Find(o.GetType()).Manifest;

    public override byte[] ToBinary(object obj) => JsonSerializer.SerializeToUtf8Bytes(obj, Find(obj.GetType()).Json);

    public override object FromBinary(byte[] bytes, string manifest) => WireTypes.ByManifest.TryGetValue(manifest, out var type)
        ? JsonSerializer.Deserialize(bytes, type.Json) ?? throw new SerializationException($"'{manifest}' holds null.")
        : throw new SerializationException($"'{manifest}' is no manifest that this version of Hearth knows.");

    private static WireType Find(Type type) => WireTypes.ByType.TryGetValue(type, out var found)
        ? found
        : throw new SerializationException($"{type} is no wire type: it has to be listed in {nameof(WireTypes)}.");
}
