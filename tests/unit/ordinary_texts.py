"""Prompts as people write them, and words that a server could refuse and none of them has."""

UNWANTED = (
    "kill", "nude", "porn", "rape", "nazi", "slut", "whore", "bitch", "shit", "fuck", "cunt",
    "dick", "cock", "tits", "anal", "boobs", "penis", "corpse", "suicide", "terrorist", "bomb",
    "cocaine", "heroin", "gore", "blood", "murder", "swastika", "faggot", "incest", "hentai",
)  # fmt: skip

ORDINARY: dict[str, tuple[str, ...]] = {
    "en": (
        "A lighthouse at dusk, oil on canvas, 4k, 35mm f/1.8, --ar 16:9",
        "A skilled therapist analyses the class assets in Scunthorpe, Essex (Sussex?)",
        "He'll draw a shell; she'll sell it. We'll see! I'll be at Ana's!!",
        "The poster says: O P E N  2 4 / 7 and S K I L L S, neon, 1980s, $5 or €4.99",
        "Peacock & hancock, a cockpit, a cocktail, a shuttlecock, dickens and a denuded hill",
        "R2D2 and a BMW M5 by the A55, mp3 player, ps5, area 51, h264, iPhone 15 Pro",
        "grapes, a drapery, a bombardier beetle, bloodhound, bloody mary, Murderbot",
        "I am 5 ft tall, it is 7am; b&w photo | cat|dog | 3d render | s-curve",
        "A. A. Milne, J.R.R. Tolkien, C. S. Lewis and U.S. Route 66",
        "wow!!! a pen. is it his? push it; co-op; e-mail me@example.com",
        "her dress: 100% silk (size 10-12), no. 8, #1 in hearts <3 :) ^_^",
    ),
    "de": (
        "Ein Mädchen mit rotem Schal läuft über die Straße, Öl auf Leinwand",
        "Die Analyse der Anzeigen: dünn? Nein: dicke Wolken, ein Dickicht, Dickens",
        "Der Uhu überm Fluß, schöner Wälder Grün, 50 mm, Blende 2,8",
    ),
    "fr": (
        "L'été, j'ai dessiné un phare à l'aube, s'il vous plaît, c'était l'heure dorée",
        "Un coq, un canal, l'analyse d'une nuit d'hiver, des nuées au-dessus de Paris",
    ),
    "es": (
        "Feliz año nuevo, un niño con un sombrero en la montaña, ¡qué bonito!",
        "El análisis del canal, una penísula, ¿por qué no? 3 gatos",
    ),
    "pt": ("Um pôr do sol no Japão, avó e avô, coração, maçã; canal e análise",),
    "pl": ("Źdźbło trawy, łąka, żółty kot i ślimak na gałęzi, zdjęcie 35 mm",),
    "tr": ("Işıklı bir İstanbul gecesi, küçük kız ve kedi, ılık ışık, siyah beyaz",),
    "fi": ("Tuuli ja tuli, kissa saaressa, aamun sää, hyvää yötä, tulli ja kuusi",),
    "vi": ("Một ngọn hải đăng lúc hoàng hôn, tranh sơn dầu, phong cách cổ điển",),
    "ru": (
        "Красный дом у реки, кот на окне, сор на полу, рот, нос и ухо, вор в тени",
        "Портрет женщины в стиле Врубеля, масло, холст, 4k, ракурс сверху",
        "Хорошая погода, тёплый вечер, мой ёж и его дикие друзья",
    ),
    "uk": ("Червоний мак на полі, кіт і їжак, ґанок, вечір у Києві",),
    "el": ("Ένα σπίτι δίπλα στη θάλασσα, γάτα στο παράθυρο, ηλιοβασίλεμα",),
    "ar": ("منارة عند الغروب، لوحة زيتية، قطة تجلس قرب النافذة",),
    "he": ("מגדלור בשקיעה, ציור שמן, חתול ליד החלון",),
    "fa": ("فانوس دریایی هنگام غروب، گربه‌ای کنار پنجره می‌خوابد",),
    "hi": ("सूर्यास्त के समय एक प्रकाशस्तंभ, तेल चित्र, खिड़की पर बिल्ली",),
    "th": ("ประภาคารยามพระอาทิตย์ตก ภาพสีน้ำมัน แมวนั่งข้างหน้าต่าง",),
    "ja": ("夕暮れの灯台、油絵、窓辺の猫、スキルの高い職人、35mmフィルム",),
    "ko": ("해질녘의 등대, 유화, 창가에 앉은 고양이, 시발점",),
    "zh": ("黄昏的灯塔，油画，窗边的猫，4K 高清，胶片质感",),
    "emoji": ("👩‍👩‍👧‍👦 🇩🇪 🏳️‍🌈 1️⃣2️⃣3️⃣ ❤️‍🔥 a family portrait 🅱️ Ⓜ️ ™ © ½",),
}
"""By language."""
