"""The world as SimCord holds it."""

import discord
from simcord.backend.models import Channel, Role, User

from sandbox.discord.model.store import Store
from sandbox.world import Person, World


def populate(store: Store, world: World) -> None:
    """Put the people, channels and roles of `world` into an empty store."""
    store.bot_user.name = world.bot_name
    for person in (world.owner, *world.people):
        store.users[person.id] = User(
            id=store.reserve_id(person.id), name=person.name, global_name=person.display_name
        )
    with store.ids(world.bot_role_id):
        guild = store.create_guild(world.guild_name, id=world.guild_id, owner_id=world.owner.id)
    # As in a new server, but unlike SimCord's.
    guild.roles[world.guild_id].permissions |= _bits(("create_private_threads",))
    guild.roles[world.bot_role_id].permissions = _bits(world.bot_permissions)
    guild.roles[world.bot_role_id].position = len(world.roles) + 1
    for position, role in enumerate(world.roles, start=1):
        guild.roles[role.id] = Role(
            id=store.reserve_id(role.id),
            name=role.name,
            permissions=_bits(role.permissions),
            position=position,
            mentionable=True,
        )
    ids = {role.name: role.id for role in world.roles}
    for person in world.people:
        store.add_member(guild.id, person.id, roles=[ids[name] for name in person.roles])
    for room in world.rooms:
        with store.ids(room.id):
            kind = {"text": 0, "forum": 15}[room.kind]
            store.create_channel(guild.id, room.name, type=kind)
    for person in (world.owner, *world.people):
        _open_direct_channel(store, person)


def _open_direct_channel(store: Store, person: Person) -> Channel:
    with store.ids(person.direct_channel_id):
        return store.get_dm_channel(person.id)


def _bits(names: tuple[str, ...]) -> int:
    return discord.Permissions(**dict.fromkeys(names, True)).value
